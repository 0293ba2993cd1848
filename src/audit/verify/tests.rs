use super::*;
use crate::common::time::Time;

fn chain(lines: i64) -> Vec<AuditEntry> {
    let mut hash = String::new();
    (1..=lines)
        .map(|seq| {
            let mut line = AuditEntry {
                v: crate::audit::entry::VERSION,
                seq,
                id: format!("{seq:032x}"),
                at: Time(seq),
                actor_kind: "system".into(),
                actor_id: None,
                actor_name: "Tenantry".into(),
                on_behalf_of: None,
                company_id: None,
                ip: String::new(),
                agent: String::new(),
                request_id: String::new(),
                action: "company.created".into(),
                target_kind: "company".into(),
                target_id: String::new(),
                target_label: format!("Company {seq}"),
                before: "{}".into(),
                after: "{}".into(),
                prev_hash: hash.clone(),
                hash: String::new(),
            };
            line.hash = line.digest();
            hash.clone_from(&line.hash);
            line
        })
        .collect()
}

fn walk(lines: &[AuditEntry]) -> Result<VerifyCursor, BrokenLog> {
    lines.iter().try_fold(VerifyCursor::default(), |cursor, line| {
        follows(&cursor, line)?;
        Ok(VerifyCursor {
            seq: line.seq,
            hash: line.hash.clone(),
        })
    })
}

proptest::proptest! {
    #[test]
    fn every_change_of_an_event_is_found_at_it_or_right_after_it(at in 0usize..19, how in 0u8..9) {
        let sound = chain(20);
        proptest::prop_assert_eq!(walk(&sound).unwrap().seq, 20);
        let mut lines = sound.clone();
        match how {
            0 => lines[at].target_label.push('x'),
            1 => { lines.remove(at); }
            2 => lines.swap(at, at + 1),
            3 => { lines[at].after = "{\"a\":1}".into(); lines[at].hash = lines[at].digest(); }
            4 => { let twin = lines[at].clone(); lines.insert(at, twin); }
            5 => lines[at].action = "nothing.known".into(),
            6 => lines[at].company_id = Some("another".into()),
            7 => lines[at].actor_kind = "operator".into(),
            _ => lines[at].prev_hash = "0".repeat(64),
        }
        let broken = walk(&lines).unwrap_err();
        let line = i64::try_from(at).unwrap() + 1;
        proptest::prop_assert!((line..=line + 1).contains(&broken.line), "{broken} for {how} at {line}");
    }
}
