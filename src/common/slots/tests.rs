use super::*;

const LONG: Duration = Duration::from_secs(60);

fn ip(text: &str) -> Option<IpAddr> {
    Some(text.parse().unwrap())
}

fn is_closed(slot: &Slot) -> bool {
    !slot.shared.table().open.contains_key(&slot.id)
}

#[test]
fn an_address_that_waits_keeps_half_of_the_slots_and_loses_its_own_oldest() {
    let slots = Slots::new(4);
    let theirs: Vec<Slot> = (0..6).filter_map(|_| slots.open(ip("192.0.2.1"), LONG)).collect();
    assert_eq!(theirs.len(), 6);
    assert_eq!(
        theirs.iter().map(is_closed).collect::<Vec<_>>(),
        [true, true, true, true, false, false]
    );
    let mine = slots.open(ip("192.0.2.2"), LONG).unwrap();
    assert_eq!(slots.count(), 3);
    drop(theirs);
    assert!(!is_closed(&mine));
    assert_eq!(slots.count(), 1);
}

#[test]
fn a_slot_that_works_is_not_closed() {
    let slots = Slots::new(4);
    let working: Vec<Slot> = (0..2).filter_map(|_| slots.open(ip("192.0.2.1"), LONG)).collect();
    working.iter().for_each(Slot::work);
    assert!(slots.open(ip("192.0.2.1"), LONG).is_none());
    let other = slots.open(ip("192.0.2.2"), LONG).unwrap();
    working[1].wait(LONG);
    assert!(slots.open(ip("192.0.2.1"), LONG).is_some());
    assert!(!is_closed(&working[0]) && is_closed(&working[1]) && !is_closed(&other));
}

#[test]
fn all_addresses_together_have_the_common_limit() {
    let slots = Slots::new(4);
    let first: Vec<Slot> = (1..=4)
        .filter_map(|n| slots.open(ip(&format!("192.0.2.{n}")), LONG))
        .collect();
    let last = slots.open(None, LONG).unwrap();
    assert_eq!(slots.count(), 4);
    assert!(is_closed(&first[0]) && !is_closed(&first[1]) && !is_closed(&last));
}

#[test]
fn a_network_of_ipv6_addresses_is_one_client() {
    let slots = Slots::new(2);
    let first = slots.open(ip("2001:db8::1"), LONG).unwrap();
    let _second = slots.open(ip("2001:db8::ffff:1"), LONG).unwrap();
    assert!(is_closed(&first));
    let _other = slots.open(ip("2001:db8:0:1::1"), LONG).unwrap();
    assert_eq!(slots.count(), 2);
}

#[tokio::test]
async fn what_waits_too_long_is_closed() {
    let slots = Slots::new(4);
    let late = slots.open(ip("192.0.2.1"), Duration::ZERO).unwrap();
    let working = slots.open(ip("192.0.2.1"), Duration::ZERO).unwrap();
    working.work();
    tokio::time::sleep(Duration::from_millis(5)).await;
    slots.close_overdue();
    late.closed().await;
    assert!(is_closed(&late) && !is_closed(&working));
}
