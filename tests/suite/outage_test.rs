//! The database disappears and returns without a restart of the product.

use crate::harness::people::PASSWORD;
use crate::harness::test_app::TestApp;

#[test]
fn pages_recover_after_postgresql_drops_all_connections() {
    let app = TestApp::with(|config| config.database_url.push_str("&application_name=outage"));
    if !app.database.is_postgres() {
        // An SQLite file has no server.
        return;
    }
    let olivia = app.owner_of("Harbor Agency", "harbor");
    let answers = |count: usize| -> Vec<u16> {
        (0..count)
            .map(|_| olivia.get("/organizations/harbor/members").status)
            .collect()
    };
    assert_eq!(answers(3), [200, 200, 200]);

    for _ in 0..3 {
        let cut = app.database.number(
            "SELECT count(pg_terminate_backend(pid)) AS value FROM pg_stat_activity WHERE application_name = 'outage'",
        );
        assert!(cut > 0, "the app has open connections");
        // The first request on a dead connection is told to try again; all later ones succeed.
        let after = answers(12);
        assert!(after.iter().all(|status| [200, 503].contains(status)), "{after:?}");
        assert_eq!(after[1..], [200; 11], "{after:?}");
    }
    // Writing works too, and the data is still there.
    let client = app.client();
    let fields = [("email", "olivia@harbor.test"), ("password", PASSWORD)];
    client.post("/login", &fields).expect(303);
}
