//! The command line, as an operator uses it.

use std::os::unix::fs::PermissionsExt;

use crate::harness::server_process::{ServerProcess, output_text};

#[test]
fn help_lists_every_command_and_setting() {
    let server = ServerProcess::prepare();
    let help = server.run(&["--help"]);
    assert_eq!(help.status.code(), Some(0));
    let text = output_text(&help);
    for word in ["serve", "demo", "migrate", "doctor", "limit", "audit"] {
        assert!(text.contains(word), "{word} is not in\n{text}");
    }
    for name in [
        "LISTEN",
        "BASE_URL",
        "DATA_DIR",
        "DATABASE_URL",
        "SMTP_URL",
        "MAIL_FROM",
        "SIGNUP",
        "TRUSTED_PROXIES",
    ] {
        assert!(text.contains(&format!("TENANTRY_{name}")), "{name} is not in\n{text}");
    }
}

#[test]
fn version_prints_the_package_version() {
    let version = ServerProcess::prepare().run(&["--version"]);
    assert_eq!(
        (version.status.code(), output_text(&version).trim()),
        (Some(0), concat!("tenantry ", env!("CARGO_PKG_VERSION")))
    );
}

#[test]
fn all_configuration_errors_are_reported_together_without_secrets() {
    let mut server = ServerProcess::prepare();
    server
        .set("TENANTRY_LISTEN", "here")
        .set("TENANTRY_BASE_URL", "console")
        .set("TENANTRY_SIGNUP", "maybe");
    server
        .set("TENANTRY_SMTP_URL", "http://olivia:geheim@mail.test")
        .set("TENANTRY_DATABASE_URL", "mysql://root:geheim@db.test/x");
    for command in ["serve", "migrate", "doctor"] {
        let output = server.run(&[command]);
        assert_eq!(output.status.code(), Some(1), "{command}: {}", output_text(&output));
        let text = output_text(&output);
        for name in ["LISTEN", "BASE_URL", "SIGNUP", "SMTP_URL", "DATABASE_URL"] {
            assert!(
                text.contains(&format!("TENANTRY_{name}")),
                "{command} does not name {name}:\n{text}"
            );
        }
        assert!(!text.contains("geheim"), "{command} prints a password:\n{text}");
    }
    assert!(
        !server.file("").exists(),
        "nothing is created with an invalid configuration"
    );
}

#[test]
fn an_unknown_setting_in_the_file_is_reported_by_name() {
    let server = ServerProcess::prepare();
    std::fs::write(
        server.working_file("tenantry.toml"),
        "base_ulr = \"https://console.example.test\"\n",
    )
    .expect("written");
    let output = server.run(&["doctor"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(output_text(&output).contains("base_ulr"), "{}", output_text(&output));
}

#[test]
fn migrate_creates_the_schema_and_is_idempotent() {
    let server = ServerProcess::prepare();
    for _ in 0..2 {
        let output = server.run(&["migrate"]);
        assert_eq!(output.status.code(), Some(0), "{}", output_text(&output));
    }
    assert!(output_text(&server.run(&["migrate"])).contains("up to date"));
    assert_eq!(server.database.number("SELECT count(*) AS value FROM users"), 0);
}

#[test]
fn doctor_exits_with_0_when_healthy_and_1_with_a_reason_otherwise() {
    let mut server = ServerProcess::prepare();
    let before = server.run(&["doctor"]);
    assert_eq!(
        before.status.code(),
        Some(1),
        "nothing is set up yet: {}",
        output_text(&before)
    );

    server.start();
    server.kill();
    let well = server.run(&["doctor"]);
    assert_eq!(well.status.code(), Some(0), "{}", output_text(&well));

    // No page can create an organization without an owner.
    server.database.execute(
        "INSERT INTO users (id, email, name, password_hash, is_operator, created_at) VALUES ('u', 'u@example.test', 'U', 'x', FALSE, 0);
         INSERT INTO organizations (id, name, organization_type, unit_label, status, region, domain, owner_count, created_by, created_at)
         VALUES ('o', 'Orphan', 'agency', 'company', 'active', 'eu', '', 0, 'u', 0);",
    );
    let ill = server.run(&["doctor"]);
    assert_eq!(ill.status.code(), Some(1), "{}", output_text(&ill));
    assert!(output_text(&ill).contains("without an owner"), "{}", output_text(&ill));
}

#[test]
fn doctor_changes_nothing() {
    let server = ServerProcess::prepare();
    server.run(&["doctor"]);
    assert!(!server.file("").exists(), "doctor created the data folder");
}

#[test]
fn an_unknown_command_prints_the_usage() {
    let output = ServerProcess::prepare().run(&["dance"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(output_text(&output).contains("Usage"), "{}", output_text(&output));
}

#[test]
fn secrets_and_data_are_readable_only_by_their_owner() {
    for first in ["serve", "migrate"] {
        let mut server = ServerProcess::prepare();
        if first == "migrate" {
            assert_eq!(server.run(&["migrate"]).status.code(), Some(0));
        }
        server.start();
        let mode = |path: std::path::PathBuf| {
            path.metadata()
                .unwrap_or_else(|e| panic!("{}: {e}", path.display()))
                .permissions()
                .mode()
                & 0o777
        };
        assert_eq!(mode(server.file("")), 0o700, "the data folder after {first}");
        assert_eq!(mode(server.file("secret.key")), 0o600, "the key after {first}");
    }
}

/// A server with a person who is signed in, stopped.
fn used_server() -> ServerProcess {
    let mut server = ServerProcess::spawn();
    let client = server.client();
    let fields = [
        ("name", "Olivia Hart"),
        ("email", "olivia@key.test"),
        ("password", "correct-horse-battery-9"),
        ("terms", "on"),
    ];
    client.post("/signup", &fields).expect(303);
    let link = server.mail_to("olivia@key.test").link("/verify/");
    client.post(&link, &[]).expect(303);
    server.kill();
    server
}

/// Starts the server, which must stop by itself, and returns what it says.
fn refused_start(server: &mut ServerProcess) -> String {
    let before = server.log().len();
    server.launch();
    let status = server
        .wait(std::time::Duration::from_secs(20))
        .expect("it stops by itself");
    let log = server.log()[before..].to_owned();
    assert_eq!(status.code(), Some(1), "{log}");
    log
}

#[test]
fn data_restored_without_its_key_is_not_served_until_the_new_key_is_accepted() {
    for restored in ["nothing", "another key"] {
        let mut server = used_server();
        let key = server.file("secret.key");
        let own = std::fs::read_to_string(&key).expect("the key");
        let well = server.run(&["doctor"]);
        assert_eq!(well.status.code(), Some(0), "{}", output_text(&well));
        let sentence = if restored == "nothing" {
            std::fs::remove_file(&key).expect("removed");
            "secret.key is missing, and this database was used with a key"
        } else {
            std::fs::write(&key, own.chars().rev().collect::<String>()).expect("written");
            "secret.key is not the key that this database was used with"
        };

        let said = refused_start(&mut server);
        for part in [
            sentence,
            "restore the key file of the same backup",
            "--accept-new-key",
            "tenantry doctor",
        ] {
            assert!(said.contains(part), "{restored}: “{part}” is not in\n{said}");
        }
        assert!(!said.contains(&own[..16]), "the key is never printed");
        assert_eq!(
            key.exists(),
            restored == "another key",
            "no key is made beside the data of another one"
        );

        let doctor = server.run(&["doctor"]);
        let text = output_text(&doctor);
        assert_eq!(doctor.status.code(), Some(1), "{restored}: {text}");
        for part in [sentence, "sessions: 1; the people must sign in again"] {
            assert!(text.contains(part), "{restored}: “{part}” is not in\n{text}");
        }
        assert_eq!(key.exists(), restored == "another key", "doctor changes nothing");
        // Commands that change or verify something stop, too.
        for arguments in [&["limit", "olivia@key.test", "3"][..], &["audit", "verify"]] {
            let output = server.run(arguments);
            assert_eq!(output.status.code(), Some(1), "{arguments:?}: {}", output_text(&output));
            assert!(
                output_text(&output).contains("secret.key"),
                "{arguments:?}: {}",
                output_text(&output)
            );
        }
        assert_eq!(key.exists(), restored == "another key", "no command makes a key");

        // With the right key again, everything is as it was.
        let other = std::fs::read_to_string(&key).ok();
        std::fs::write(&key, &own).expect("written");
        server.start();
        server.kill();
        match other {
            Some(other) => std::fs::write(&key, other).expect("written"),
            None => std::fs::remove_file(&key).expect("removed"),
        }

        // The new key is accepted once, and is the key of later starts.
        server.start_with(&["serve", "--accept-new-key"]);
        server.kill();
        server.start();
        let client = server.client();
        let fields = [("email", "olivia@key.test"), ("password", "correct-horse-battery-9")];
        client.post("/login", &fields).expect(303);
        server.kill();
        assert_eq!(server.run(&["doctor"]).status.code(), Some(0), "{restored}");
        std::fs::write(&key, &own).expect("written");
        assert!(
            refused_start(&mut server).contains("is not the key"),
            "now the old key is the wrong one"
        );
    }
}

#[test]
fn doctor_lists_everything_that_another_key_does_not_open() {
    let server = used_server();
    server.database.execute(
        "INSERT INTO mail_outbox (id, kind, to_name, to_email, subject, html, text, seed, state, attempts, next_attempt_at, last_error, created_at)
         VALUES ('m', 'verify', '', 'noah@key.test', '', '', '', 'seed', 'queued', 0, 9000000000000000, '', 0);
         INSERT INTO organizations (id, name, organization_type, unit_label, status, region, domain, owner_count, created_by, created_at)
         SELECT 'o', 'Sealed', 'agency', 'company', 'active', 'eu', '', 0, id, 0 FROM users;
         INSERT INTO audit_seals (organization_id, day, seq, hash, signature, sealed_at) VALUES ('o', '2026-01-01', 1, '', '', 0)",
    );
    std::fs::remove_file(server.file("secret.key")).expect("removed");
    let text = output_text(&server.run(&["doctor"]));
    for part in [
        "sessions: 1;",
        "emails that are not sent yet: 1; their links do not open",
        "seals of audit logs: 1; they do not verify",
    ] {
        assert!(text.contains(part), "“{part}” is not in\n{text}");
    }
}

#[test]
fn the_first_start_records_the_key_and_a_migration_does_not() {
    let mut server = ServerProcess::prepare();
    assert_eq!(server.run(&["migrate"]).status.code(), Some(0));
    let sql = "SELECT COALESCE(key_fingerprint, '') AS value FROM instance";
    assert_eq!(server.database.words(sql), [""], "a migration has no key");
    let doctor = output_text(&server.run(&["doctor"]));
    assert!(doctor.contains("does not exist yet"), "{doctor}");
    assert!(!server.file("secret.key").exists());
    server.start();
    server.kill();
    assert_eq!(server.database.words(sql).remove(0).len(), 32);
    server.start();
}
