use proptest::collection::vec;
use proptest::prelude::*;

use super::round::half_even;
use super::*;

fn unit(price: i64) -> MeterPrice {
    plain(PriceModel::Unit { price })
}

fn plain(model: PriceModel) -> MeterPrice {
    MeterPrice {
        model,
        included: 0,
        tax: 0,
    }
}

fn tier(up_to: Option<i64>, price: i64, flat: i64) -> Tier {
    Tier {
        up_to: up_to.map(|units| units * MICRO),
        price,
        flat,
    }
}

/// A price of a half cent.
const HALF: i64 = MICRO / 2;

#[test]
fn a_half_is_rounded_to_the_even_number() {
    let rounded: Vec<i128> = [-25, -15, -5, 5, 15, 25, 14, 16, -14, -16]
        .map(|n| half_even(n, 10))
        .to_vec();
    assert_eq!(rounded, [-2, -2, 0, 0, 2, 2, 1, 2, -1, -2]);
    let amounts: Vec<i64> = (1..=5)
        .map(|units| unit(HALF).cost(units * MICRO).unwrap().amount)
        .collect();
    assert_eq!(amounts, [0, 1, 2, 2, 2], "0.5, 1, 1.5, 2 and 2.5 cents");
}

#[test]
fn a_line_is_rounded_once_and_its_tax_once() {
    let price = MeterPrice {
        tax: 190_000,
        ..unit(790_000)
    };
    // 1,234 SMS segments at 0.79 cents are 974.86 cents.
    assert_eq!(price.cost(1_234 * MICRO), Ok(Cost { amount: 975, tax: 185 }));
}

#[test]
fn what_is_included_costs_nothing() {
    let price = MeterPrice {
        included: 100 * MICRO,
        ..unit(MICRO)
    };
    let amounts: Vec<i64> = [0, 99, 100, 101]
        .map(|units| price.cost(units * MICRO).unwrap().amount)
        .to_vec();
    assert_eq!(amounts, [0, 0, 0, 1]);
}

#[test]
fn a_flat_price_falls_due_with_the_first_day_of_the_month() {
    let price = plain(PriceModel::Flat { amount: 1_900 });
    assert_eq!(price.cost_between(None, 0).unwrap().amount, 1_900);
    assert_eq!(price.cost_between(Some(0), 7 * MICRO).unwrap().amount, 0);
}

#[test]
fn graduated_tiers_price_each_part_and_volume_tiers_the_whole() {
    let tiers = vec![
        tier(Some(10), 3 * MICRO, 0),
        tier(Some(20), 2 * MICRO, 5),
        tier(None, MICRO, 0),
    ];
    let amounts = |model: PriceModel| -> Vec<i64> {
        let price = plain(model);
        assert_eq!(price.check(), Ok(()));
        [0, 10, 11, 20, 25]
            .map(|units| price.cost(units * MICRO).unwrap().amount)
            .to_vec()
    };
    assert_eq!(
        amounts(PriceModel::Graduated { tiers: tiers.clone() }),
        [0, 30, 37, 55, 60]
    );
    assert_eq!(amounts(PriceModel::Volume { tiers }), [0, 30, 27, 45, 25]);
}

#[test]
fn a_package_that_is_begun_is_paid() {
    let price = plain(PriceModel::Package {
        size: 1_000 * MICRO,
        amount: 500,
    });
    let amounts: Vec<i64> = [0, 1, 1_000 * MICRO, 1_000 * MICRO + 1]
        .map(|q| price.cost(q).unwrap().amount)
        .to_vec();
    assert_eq!(amounts, [0, 500, 500, 1_000]);
}

#[test]
fn unusable_prices_are_refused_with_the_reason() {
    let tiers = |tiers: Vec<Tier>| plain(PriceModel::Graduated { tiers }).check();
    assert_eq!(tiers(vec![]), Err(PriceFault::Tiers));
    assert_eq!(tiers(vec![tier(Some(10), 1, 0)]), Err(PriceFault::Tiers));
    assert_eq!(
        tiers(vec![tier(Some(10), 1, 0), tier(Some(10), 1, 0), tier(None, 1, 0)]),
        Err(PriceFault::Tiers)
    );
    assert_eq!(tiers(vec![tier(None, 1, 0), tier(None, 1, 0)]), Err(PriceFault::Tiers));
    assert_eq!(tiers(vec![tier(None, -1, 0)]), Err(PriceFault::Negative));
    assert_eq!(unit(-1).check(), Err(PriceFault::Negative));
    assert_eq!(
        plain(PriceModel::Package { size: 0, amount: 1 }).check(),
        Err(PriceFault::EmptyPackage)
    );
}

#[test]
fn amounts_beyond_64_bits_are_refused_and_not_wrong() {
    assert_eq!(unit(i64::MAX).cost(i64::MAX), Err(TooLarge));
    let package = plain(PriceModel::Package {
        size: 1,
        amount: i64::MAX,
    });
    assert_eq!(package.cost(i64::MAX), Err(TooLarge));
}

#[test]
fn shares_add_up_and_the_first_of_equals_gets_what_is_left() {
    assert_eq!(allocate(100, &[1, 1, 1]), Some(vec![34, 33, 33]));
    assert_eq!(allocate(-100, &[1, 1, 1]), Some(vec![-34, -33, -33]));
    assert_eq!(allocate(5, &[0, 0]), None);
    assert_eq!(allocate(5, &[]), None);
}

fn tiers() -> impl Strategy<Value = Vec<Tier>> {
    let ends = vec(1..2_000_i64, 0..4);
    (ends, vec((0..5_000_000_i64, 0..500_i64), 5)).prop_map(|(mut ends, prices)| {
        ends.sort_unstable();
        ends.dedup();
        let ends = ends.into_iter().map(Some).chain([None]);
        ends.zip(prices)
            .map(|(end, (price, flat))| tier(end, price, flat))
            .collect()
    })
}

fn prices() -> impl Strategy<Value = MeterPrice> {
    let model = prop_oneof![
        (0..100_000_i64).prop_map(|amount| PriceModel::Flat { amount }),
        (0..5_000_000_i64).prop_map(|price| PriceModel::Unit { price }),
        tiers().prop_map(|tiers| PriceModel::Graduated { tiers }),
        tiers().prop_map(|tiers| PriceModel::Volume { tiers }),
        (1..5_000_000_i64, 0..10_000_i64).prop_map(|(size, amount)| PriceModel::Package { size, amount }),
    ];
    (model, 0..500 * MICRO, 0..300_000_i64).prop_map(|(model, included, tax)| MeterPrice { model, included, tax })
}

proptest! {
    #[test]
    fn the_days_of_a_month_add_up_to_the_month(price in prices(), days in vec(0..100 * MICRO, 1..31)) {
        prop_assert_eq!(price.check(), Ok(()));
        let (mut before, mut sum) = (None, Cost::default());
        for day in &days {
            let through = before.unwrap_or(0) + day;
            let cost = price.cost_between(before, through).unwrap();
            sum = Cost { amount: sum.amount + cost.amount, tax: sum.tax + cost.tax };
            before = Some(through);
        }
        prop_assert_eq!(sum, price.cost(days.iter().sum()).unwrap());
    }

    #[test]
    fn graduated_tiers_cost_what_they_cost_unit_by_unit(tiers in tiers(), units in 0..3_000_i64) {
        let mut exact = 0_i128;
        let mut from = 0;
        for tier in &tiers {
            let end = tier.up_to.map_or(i64::MAX, |end| end / MICRO);
            for _ in from..units.min(end) {
                exact += i128::from(tier.price);
            }
            if units > from {
                exact += i128::from(tier.flat) * i128::from(MICRO);
            }
            from = end;
        }
        let price = plain(PriceModel::Graduated { tiers });
        let expected = half_even(exact, i128::from(MICRO));
        prop_assert_eq!(i128::from(price.cost(units * MICRO).unwrap().amount), expected);
    }

    #[test]
    fn more_never_costs_less_but_by_volume(price in prices(), one in 0..3_000 * MICRO, more in 0..3_000 * MICRO) {
        let by_volume = matches!(price.model, PriceModel::Volume { .. });
        let (less, more) = (price.cost(one).unwrap(), price.cost(one + more).unwrap());
        prop_assert!(by_volume || more.amount >= less.amount);
        prop_assert!(less.amount >= 0 && less.tax >= 0);
    }

    #[test]
    fn shares_add_up_and_none_is_a_minor_unit_off(amount in any::<i64>(), weights in vec(0..i64::MAX, 1..40)) {
        let total: i128 = weights.iter().map(|weight| i128::from(*weight)).sum();
        let Some(shares) = allocate(amount, &weights) else {
            prop_assert_eq!(total, 0);
            return Ok(());
        };
        prop_assert_eq!(shares.iter().map(|share| i128::from(*share)).sum::<i128>(), i128::from(amount));
        for (share, weight) in shares.iter().zip(&weights) {
            let off = i128::from(*share) * total - i128::from(amount) * i128::from(*weight);
            prop_assert!(off.abs() < total, "{} of {}", share, amount);
        }
    }

    #[test]
    fn a_price_is_read_as_it_was_written(price in prices()) {
        let text = serde_json::to_string(&price).unwrap();
        prop_assert_eq!(serde_json::from_str::<MeterPrice>(&text).unwrap(), price);
    }

    #[test]
    fn shares_of_a_part_add_up_to_it(price in prices(), before in proptest::option::of(0..100 * MICRO), parts in vec(0..50 * MICRO, 1..20)) {
        let shared = share(&price, before, &parts).unwrap();
        let through = before.unwrap_or(0) + parts.iter().sum::<i64>();
        prop_assert_eq!(shared.total, price.cost_between(before, through).unwrap());
        match shared.shares {
            None => prop_assert!(parts.iter().all(|part| *part == 0)),
            Some(shares) => {
                prop_assert_eq!(shares.iter().map(|share| share.amount).sum::<i64>(), shared.total.amount);
                prop_assert_eq!(shares.iter().map(|share| share.tax).sum::<i64>(), shared.total.tax);
            }
        }
    }

    #[test]
    fn what_is_spread_over_days_adds_up(amount in -10_000..10_000_i64, days in vec((0..5_000_i64, 0..100_i64, 0..100_i64), 1..31)) {
        let days: Vec<SpreadDay> = days
            .into_iter()
            .map(|(cost, all, quantity)| SpreadDay { cost, all: all.max(quantity), quantity })
            .collect();
        prop_assert_eq!(spread(amount, &days).iter().sum::<i64>(), amount);
        let whole: Vec<SpreadDay> = days.iter().map(|day| SpreadDay { quantity: day.all, ..*day }).collect();
        let costs: Vec<i64> = days.iter().map(|day| day.cost).collect();
        prop_assert_eq!(spread(costs.iter().sum(), &whole), costs);
    }
}
