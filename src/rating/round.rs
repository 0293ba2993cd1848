//! Division of whole numbers with rounding.

/// The quotient, rounded to the nearest whole number, and a half to the even one. `divisor` is above 0.
pub(super) fn half_even(number: i128, divisor: i128) -> i128 {
    let (quotient, rest) = (number.div_euclid(divisor), number.rem_euclid(divisor));
    let up = match (rest * 2).cmp(&divisor) {
        std::cmp::Ordering::Less => false,
        std::cmp::Ordering::Equal => quotient.rem_euclid(2) == 1,
        std::cmp::Ordering::Greater => true,
    };
    quotient + i128::from(up)
}
