"""A report as sections, whether it came as HTML or as Markdown."""
import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass, field

SVG = "{http://www.w3.org/2000/svg}"


@dataclass
class Table:
    title: str
    head: list
    rows: list


@dataclass
class Section:
    title: str
    paragraphs: list = field(default_factory=list)
    tables: list = field(default_factory=list)
    code: dict = field(default_factory=dict)
    plots: list = field(default_factory=list)


@dataclass
class Page:
    title: str
    intro: list
    answer: Section
    facts: list
    sections: list
    edges: list = field(default_factory=list)  # what HTML has besides: the window's title, the footer


def read(text):
    return html(text) if text.startswith("<!DOCTYPE html>") else markdown(text)


def words(element):
    return "".join(element.itertext()).replace("\u00a0", " ")


def html(text):
    text = re.sub(r"<meta [^>]*>", "", text.replace("<!DOCTYPE html>", ""))
    root = ET.fromstring(text)
    main = root.find("body/main")
    header, sections = main.find("header"), []
    for part in main.iter("section"):
        section, heading = Section(part.find("h2").text), ""
        for item in part:
            if item.tag == "h3":
                heading = words(item)
            elif item.tag == "p":
                section.paragraphs.append(words(item))
            elif item.tag == "pre":
                section.code[heading] = words(item)
            elif item.get("class") == "wide":
                rows = [[words(cell) for cell in row] for row in item.iter("tr")]
                section.tables.append(Table(heading, rows[0], rows[1:]))
                heading = ""
            elif item.get("class") in ("plot", "plots"):
                section.plots += list(item.iter(SVG + "svg"))
            elif item.tag != "h2":
                raise ValueError(f"{section.title}: unknown element {item.tag}")
        sections.append(section)
    facts = [(item.find("b").text, item.find("span").text)
             for item in main.findall("div[@class='facts']/div")]
    return Page(
        header.find("h1").text, [words(item) for item in header.findall("p")], sections[0], facts,
        sections[1:], [root.find("head/title").text, words(main.find("footer"))])


def plain(text):
    """Text without Markdown's escapes."""
    text = re.sub(r"\\(.)", r"\1", text)
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def markdown(text):
    page = Page("", [], None, [], [])
    section, heading, lines = None, "", text.split("\n")
    index = 0
    while index < len(lines):
        line = lines[index]
        index += 1
        if line.startswith("<!--"):
            continue
        if line.startswith("# "):
            page.title = plain(line[2:])
        elif line.startswith("## "):
            section, heading = Section(plain(line[3:])), ""
            page.sections.append(section)
        elif line.startswith("### "):
            heading = plain(line[4:])
        elif match := re.match(r"(`{3,})text$", line):
            end = lines.index(match[1], index)
            section.code[heading] = "\n".join(lines[index:end])
            index = end + 1
        elif line.startswith("| "):
            rows = [line]
            while lines[index].startswith("| "):
                rows.append(lines[index])
                index += 1
            cells = [
                [plain(cell.strip()) for cell in re.split(r"(?<!\\)\|", row.strip())[1:-1]]
                for row in rows]
            section.tables.append(Table(heading, cells[0], cells[2:]))
            heading = ""
        elif line and section is None:
            page.intro.append(plain(line))
        elif line:
            section.paragraphs.append(plain(line))
    page.answer = page.sections.pop(0)
    return page


def numeric_ticks(svg, upright=True):
    """Where the axes' numbers stand: x and y as functions from the page's units to the data's.

    Without `upright` what stands beside the upright axis are names, whatever they look like.
    """
    marks = {"middle": [], "end": []}
    for group in svg.iter(SVG + "g"):
        path, label = group.find(SVG + "path"), group.find(f"{SVG}g/{SVG}text")
        if path is None or label is None:
            continue
        kind = group.find(SVG + "g").get("text-anchor")
        x, y = map(float, re.match(r"M([-\d.]+),([-\d.]+)", path.get("d")).groups())
        try:
            value = float(label.text)
        except ValueError:
            continue
        if kind in marks:
            marks[kind].append((x if kind == "middle" else y, value))
    return linear(marks["middle"]), linear(marks["end"]) if upright else None


def linear(marks):
    """The straight line through all marks; an axis that is none is an error."""
    if len(marks) < 2:
        return None
    (x, a), (y, b) = min(marks), max(marks)
    for place, value in marks:
        if abs(a + (place - x) * (b - a) / (y - x) - value) > 1e-3 * abs(b - a):
            raise ValueError(f"an axis has {value} where it should be elsewhere")
    return lambda place: a + (place - x) * (b - a) / (y - x)


def labels(svg, anchor):
    """The texts of the axis whose labels are anchored so, top down or from the left."""
    found = []
    for group in svg.iter(SVG + "g"):
        text = group.find(SVG + "text")
        place = re.match(r"translate\(([-\d.]+),([-\d.]+)\)$", group.get("transform") or "")
        if text is not None and place and group.get("text-anchor") == anchor:
            found.append((float(place[1]), float(place[2]), text.text.strip()))
    return found


def series(svg):
    """For each curve its name, its marks (x, y), and the pieces of its lines."""
    found = []
    for group in svg.iter(SVG + "g"):
        if not re.search(r"_plot_\d+$", group.get("id") or ""):
            continue
        name = " ".join(text.text for text in group.iter(SVG + "text"))
        marks = [
            tuple(map(float, re.match(r"translate\(([-\d.]+),([-\d.]+)\)", use.get("transform")).groups()))
            for use in group.iter(SVG + "use")]
        pieces = []
        for path in group.iter(SVG + "path"):
            for piece in path.get("d").split("M")[1:]:
                points = re.findall(r"([-\d.]+),([-\d.]+)", piece)
                pieces.append([(float(x), float(y)) for x, y in points])
        found.append((name, marks, pieces))
    return found
