//! The command line, as an operator meets it.

use std::os::unix::fs::PermissionsExt;

use crate::harness::server_process::{ServerProcess, said};

#[test]
fn help_names_every_command_and_every_setting() {
    let server = ServerProcess::prepare();
    let help = server.run(&["--help"]);
    assert_eq!(help.status.code(), Some(0));
    let text = said(&help);
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
fn version_is_the_version_of_the_package() {
    let version = ServerProcess::prepare().run(&["--version"]);
    assert_eq!(
        (version.status.code(), said(&version).trim()),
        (Some(0), concat!("tenantry ", env!("CARGO_PKG_VERSION")))
    );
}

#[test]
fn every_fault_of_the_configuration_is_told_in_parallel_and_no_secret_with_it() {
    let mut server = ServerProcess::prepare();
    server.set("TENANTRY_LISTEN", "here")
        .set("TENANTRY_BASE_URL", "console")
        .set("TENANTRY_SIGNUP", "maybe");
    server.set("TENANTRY_SMTP_URL", "http://olivia:geheim@mail.test")
        .set("TENANTRY_DATABASE_URL", "mysql://root:geheim@db.test/x");
    for command in ["serve", "migrate", "doctor"] {
        let output = server.run(&[command]);
        assert_eq!(output.status.code(), Some(1), "{command}: {}", said(&output));
        let text = said(&output);
        for name in ["LISTEN", "BASE_URL", "SIGNUP", "SMTP_URL", "DATABASE_URL"] {
            assert!(
                text.contains(&format!("TENANTRY_{name}")),
                "{command} does not name {name}:\n{text}"
            );
        }
        assert!(!text.contains("geheim"), "{command} tells a password:\n{text}");
    }
    assert!(
        !server.file("").exists(),
        "nothing is made before the configuration is good"
    );
}

#[test]
fn a_misspelt_setting_in_the_file_is_a_fault_that_names_it() {
    let server = ServerProcess::prepare();
    std::fs::write(
        server.working_file("tenantry.toml"),
        "base_ulr = \"https://console.example.test\"\n",
    )
    .expect("written");
    let output = server.run(&["doctor"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("base_ulr"), "{}", said(&output));
}

#[test]
fn migrate_brings_a_database_up_and_finds_nothing_to_do_the_second_time() {
    let server = ServerProcess::prepare();
    for _ in 0..2 {
        let output = server.run(&["migrate"]);
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    }
    assert!(said(&server.run(&["migrate"])).contains("up to date"));
    assert_eq!(server.database.number("SELECT count(*) AS value FROM users"), 0);
}

#[test]
fn the_doctor_ends_with_0_when_all_is_well_and_with_1_and_a_sentence_when_not() {
    let mut server = ServerProcess::prepare();
    let before = server.run(&["doctor"]);
    assert_eq!(
        before.status.code(),
        Some(1),
        "nothing is set up yet: {}",
        said(&before)
    );

    server.start();
    server.kill();
    let well = server.run(&["doctor"]);
    assert_eq!(well.status.code(), Some(0), "{}", said(&well));

    // An organization without an owner is what no page can bring about.
    server.database.execute(
        "INSERT INTO users (id, email, name, password_hash, is_operator, created_at) VALUES ('u', 'u@example.test', 'U', 'x', FALSE, 0);
         INSERT INTO organizations (id, name, organization_type, unit_label, status, region, domain, owner_count, created_by, created_at)
         VALUES ('o', 'Orphan', 'agency', 'company', 'active', 'eu', '', 0, 'u', 0);",
    );
    let ill = server.run(&["doctor"]);
    assert_eq!(ill.status.code(), Some(1), "{}", said(&ill));
    assert!(said(&ill).contains("without an owner"), "{}", said(&ill));
}

#[test]
fn the_doctor_changes_nothing() {
    let server = ServerProcess::prepare();
    server.run(&["doctor"]);
    assert!(!server.file("").exists(), "the doctor made the data folder");
}

#[test]
fn an_unknown_command_is_refused_with_the_usage() {
    let output = ServerProcess::prepare().run(&["dance"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("Usage"), "{}", said(&output));
}

#[test]
fn whatever_command_comes_first_secrets_and_data_are_readable_by_their_owner_alone() {
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
