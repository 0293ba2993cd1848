//! Sharing an amount out.

/// Shares of an amount in proportion to weights, which add up to the amount. What rounding down leaves goes, one minor unit
/// each, to the shares that lost most by it, and among equals to the first ones. `None` when all weights are 0: nobody used
/// anything, and the amount stays with the whole. Negative weights count as 0.
pub fn allocate(amount: i64, weights: &[i64]) -> Option<Vec<i64>> {
    let weights: Vec<i128> = weights.iter().map(|weight| i128::from(*weight).max(0)).collect();
    let total: i128 = weights.iter().sum();
    if total == 0 {
        return None;
    }
    let size = i128::from(amount).abs();
    let mut shares: Vec<i128> = weights.iter().map(|weight| size * weight / total).collect();
    let left = usize::try_from(size - shares.iter().sum::<i128>()).unwrap_or_default();
    let mut by_loss: Vec<usize> = (0..weights.len()).collect();
    let loss = |at: usize| weights.get(at).map_or(0, |weight| size * weight % total);
    by_loss.sort_by_cached_key(|at| (std::cmp::Reverse(loss(*at)), *at));
    for at in by_loss.into_iter().take(left) {
        if let Some(share) = shares.get_mut(at) {
            *share += 1;
        }
    }
    let sign = i128::from(amount.signum());
    // No share is larger than the amount.
    Some(
        shares
            .into_iter()
            .map(|share| i64::try_from(share * sign).unwrap_or(amount))
            .collect(),
    )
}
