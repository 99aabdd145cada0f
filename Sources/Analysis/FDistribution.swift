/// P(F ≥ `f`) of Fisher's F distribution with `between` and `within` degrees of freedom, through
/// the incomplete beta function (Abramowitz & Stegun 26.6.2).
package func fTail(_ f: Double, between: Double, within: Double) -> Double {
  precondition(f >= 0 && between > 0 && within > 0, "an F value and its degrees are positive")
  return incompleteBeta(within / (within + between * f), a: 0.5 * within, b: 0.5 * between)
}
