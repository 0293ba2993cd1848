//! The API against its own description: schemathesis sends what the document allows and what it forbids, and checks each answer.

use std::path::PathBuf;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use crate::harness::people::{PASSWORD, create_organization};
use crate::harness::places::repository;
use crate::harness::server_process::{ServerProcess, output_text};

/// The version, and where it is installed.
fn schemathesis() -> PathBuf {
    let requirements = repository().join("tests/vendor/schemathesis/requirements.txt");
    let wanted = std::fs::read_to_string(&requirements).expect("the requirements");
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("schemathesis");
    let program = folder.join("bin/schemathesis");
    let installed = folder.join("requirements.txt");
    if std::fs::read_to_string(&installed).ok().as_deref() == Some(wanted.as_str()) {
        return program;
    }
    let run = |command: &mut Command| {
        let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
        assert!(output.status.success(), "{command:?}: {}", output_text(&output));
    };
    run(Command::new("python3").args(["-m", "venv"]).arg(&folder));
    run(Command::new(folder.join("bin/pip"))
        .args(["install", "--quiet", "--disable-pip-version-check", "-r"])
        .arg(&requirements));
    std::fs::write(installed, wanted).expect("a note of the version");
    program
}

/// A server with an organization that has a bit of everything, and a key of its owner with every scope.
fn server() -> (ServerProcess, String) {
    let mut server = ServerProcess::prepare();
    server
        .set("TENANTRY_API_KEY_REQUESTS", "off")
        .set("TENANTRY_API_ORGANIZATION_REQUESTS", "off");
    server.start();
    let client = server.client();
    let fields = [
        ("name", "Olivia Hart"),
        ("email", "olivia@fuzz.test"),
        ("password", PASSWORD),
        ("terms", "on"),
    ];
    client.post("/signup", &fields).expect(303);
    let link = server.mail_to("olivia@fuzz.test").link("/verify/");
    client.post(&link, &[]).expect(303);
    create_organization(&client, "Fuzz", "fuzz", "olivia@fuzz.test");
    let fields = [("name", "Harbor Recovery"), ("slug", "harbor-recovery")];
    client.post("/organizations/fuzz/companies", &fields).expect(303);
    let mut fields = vec![("name", "Schemathesis")];
    let scopes = crate::api_test::EVERY_SCOPE.split_whitespace();
    fields.extend(scopes.map(|scope| ("scopes", scope)));
    let keys = "/organizations/fuzz/settings/developers/keys";
    let page = client.post(keys, &fields).expect(303).follow(&client);
    let key = page.all("[data-key]", "data-key").first().expect("a key").clone();
    (server, key)
}

fn run(server: &ServerProcess, key: &str, seconds: u64) -> Output {
    let address = format!("http://127.0.0.1:{}/api/v1/openapi.json", server.port());
    let config = repository().join("tests/vendor/schemathesis/schemathesis.toml");
    Command::new(schemathesis())
        .arg("--config-file")
        .arg(config)
        .args(["run", &address, "--max-time", &seconds.to_string()])
        .args(["--header", &format!("Authorization: Bearer {key}")])
        .args(["--checks", "all", "--seed", "1", "--no-color"])
        .current_dir(server.working_file(""))
        .output()
        .expect("schemathesis runs")
}

#[test]
fn schemathesis_finds_nothing_wrong() {
    let seconds = if std::env::var_os("TENANTRY_TEST_LONG").is_some() {
        300
    } else {
        30
    };
    let (server, key) = server();
    let began = Instant::now();
    let output = run(&server, &key, seconds);
    assert!(output.status.success(), "{}\n{}", output_text(&output), server.log());
    // It sent something, and the server lives.
    assert!(began.elapsed() > Duration::from_secs(1), "{}", output_text(&output));
    server.client().get("/health/ready").expect(200);
    assert!(!server.log().contains("internal error"), "{}", server.log());
    let doctor = server.run(&["doctor"]);
    assert_eq!(doctor.status.code(), Some(0), "{}", output_text(&doctor));
}
