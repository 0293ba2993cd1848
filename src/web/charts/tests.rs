use super::*;

#[test]
fn a_scale_has_even_steps_and_fits() {
    let tops: Vec<i64> = [1, 3, 4, 29, 61_102, 100_000]
        .map(|largest| Scale::to(largest).top())
        .to_vec();
    assert_eq!(tops, [3, 3, 6, 30, 150_000, 150_000]);
    assert_eq!(Scale::to(29).words(|n| n.to_string()), ["30", "20", "10", "0"]);
    assert!(Scale::to(i64::MAX).top() > 0);
}

#[test]
fn a_line_is_interrupted_where_nothing_is_known() {
    let points = [Some(10), Some(30), None, Some(0)]
        .map(|value| ("x".to_owned(), value, String::new()))
        .to_vec();
    let chart = LineChart::of(String::new(), points, |n| n.to_string());
    assert_eq!(chart.path, "M125 667h0L375 0M875 1000h0");
    assert_eq!(
        chart.area,
        "M125 1000L125 667L375 0L375 1000ZM875 1000L875 1000L875 1000Z"
    );
}

#[test]
fn the_parts_of_a_bar_stand_on_each_other() {
    let bars = vec![
        ("a".to_owned(), vec![10, 20], String::new()),
        ("b".to_owned(), vec![0, -5], String::new()),
    ];
    let chart = StackChart::of(String::new(), vec!["one", "two"], bars, |n| n.to_string());
    let parts: Vec<(usize, i64, i64)> = chart
        .parts
        .iter()
        .map(|part| (part.color, part.y, part.height))
        .collect();
    assert_eq!(parts, [(1, 667, 333), (2, 0, 667)]);
    assert_eq!(chart.width, 20);
}
