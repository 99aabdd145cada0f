// GridPlanner
