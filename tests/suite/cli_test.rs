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
