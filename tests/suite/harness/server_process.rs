//! The real program as a separate process, for signals, exit codes, logs and startup.

use std::io::Read;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

use crate::harness::client::Client;
use crate::harness::database::Database;
use crate::harness::mail::{self, ReceivedEmail};
use crate::harness::places::{Folder, free_port};

/// The program, its folder and its database. It is killed when this value is dropped.
pub struct ServerProcess {
    process: Option<Child>,
    /// The database, which outlives the process.
    pub database: Database,
    port: u16,
    settings: Vec<(String, String)>,
    files: Option<(u32, u32)>,
    folder: Folder,
}

impl ServerProcess {
    /// Starts the program on a fresh folder and database, and waits until it is ready.
    pub fn spawn() -> Self {
        let mut server = Self::prepare();
        server.start();
        server
    }

    /// A folder and a database without a running process.
    pub fn prepare() -> Self {
        let folder = Folder::new();
        let database = Database::empty(&folder);
        let port = free_port();
        let settings = [
            ("TENANTRY_LISTEN", format!("127.0.0.1:{port}")),
            ("TENANTRY_BASE_URL", format!("http://127.0.0.1:{port}")),
            ("TENANTRY_DATA_DIR", folder.join("data").display().to_string()),
            ("TENANTRY_DATABASE_URL", database.url().to_owned()),
        ];
        let settings = settings.map(|(name, value)| (name.to_owned(), value)).to_vec();
        Self {
            process: None,
            database,
            port,
            settings,
            files: None,
            folder,
        }
    }

    /// Sets one `TENANTRY_…` variable for every later start and command.
    pub fn set(&mut self, name: &str, value: &str) -> &mut Self {
        self.settings.retain(|(n, _)| n != name);
        self.settings.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Sets the soft and the hard limit of open files for every later start and command.
    pub fn limit_files(&mut self, soft: u32, hard: u32) -> &mut Self {
        self.files = Some((soft, hard));
        self
    }

    /// Starts the server and waits until it is ready. Returns how long that took.
    #[track_caller]
    pub fn start(&mut self) -> Duration {
        self.start_with(&["serve"])
    }

    /// As `start`, with other arguments.
    #[track_caller]
    pub fn start_with(&mut self, arguments: &[&str]) -> Duration {
        let began = Instant::now();
        self.launch_with(arguments);
        let end = began + Duration::from_secs(20);
        loop {
            if let Some(status) = self.process.as_mut().and_then(|p| p.try_wait().ok().flatten()) {
                panic!("the program ended with {status}:\n{}", self.log());
            }
            // Connect first: a client would fail the test while nothing listens.
            if std::net::TcpStream::connect(("127.0.0.1", self.port)).is_ok()
                && self.client().get("/health/ready").status == 200
            {
                return began.elapsed();
            }
            assert!(Instant::now() < end, "not ready after 20 s:\n{}", self.log());
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// Starts the server without waiting for it.
    pub fn launch(&mut self) {
        self.launch_with(&["serve"]);
    }

    fn launch_with(&mut self, arguments: &[&str]) {
        let log = std::fs::File::options()
            .create(true)
            .append(true)
            .open(self.folder.join("log"))
            .expect("a log file");
        let mut command = self.command(arguments);
        command
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("a handle"))
            .stderr(log);
        self.process = Some(command.spawn().expect("the program"));
    }

    /// The program with these arguments and the settings, in an empty working folder.
    pub fn command(&self, arguments: &[&str]) -> Command {
        // setpriv: if the test process is killed, the program must end too.
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "KILL"]);
        if let Some((soft, hard)) = self.files {
            command.args(["prlimit", &format!("--nofile={soft}:{hard}")]);
        }
        command
            .arg(env!("CARGO_BIN_EXE_tenantry"))
            .args(arguments)
            .current_dir(self.folder.path());
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("TENANTRY_")) {
            command.env_remove(name);
        }
        command.envs(self.settings.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Runs the program with these arguments until it exits.
    pub fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments)
            .stdin(Stdio::null())
            .output()
            .expect("the program")
    }

    /// A new client without cookies.
    pub fn client(&self) -> Client {
        Client::new(&format!("http://127.0.0.1:{}", self.port))
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn pid(&self) -> u32 {
        self.process.as_ref().expect("the process runs").id()
    }

    /// A file in its data folder.
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.join("data").join(name)
    }

    /// A file in its working folder, such as `tenantry.toml`.
    pub fn working_file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Its output so far, standard output and standard error.
    pub fn log(&self) -> String {
        let mut text = Vec::new();
        let _ = std::fs::File::open(self.folder.join("log")).and_then(|mut file| file.read_to_end(&mut text));
        String::from_utf8_lossy(&text).into_owned()
    }

    /// Emails in its data folder, the oldest first.
    pub fn emails(&self) -> Vec<ReceivedEmail> {
        mail::emails_in(&self.file("mail"))
    }

    /// Waits up to 10 s for an email to this address and returns the newest one; here the worker runs by itself.
    #[track_caller]
    pub fn mail_to(&self, email: &str) -> ReceivedEmail {
        let end = Instant::now() + Duration::from_secs(10);
        loop {
            if let Some(message) = self.emails().into_iter().rfind(|message| message.to == email) {
                return message;
            }
            assert!(Instant::now() < end, "no email to {email}:\n{}", self.log());
            std::thread::sleep(Duration::from_millis(30));
        }
    }

    /// `kill -9`, as a power cut would.
    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            let _ = process.kill();
            let _ = process.wait();
        }
    }

    /// Sends SIGTERM without waiting.
    pub fn terminate(&self) {
        let sent = Command::new("kill")
            .args(["-TERM", &self.pid().to_string()])
            .status()
            .expect("kill");
        assert!(sent.success(), "the process {} is gone", self.pid());
    }

    /// Waits for the process to exit. `None` if it still runs.
    pub fn wait(&mut self, at_most: Duration) -> Option<ExitStatus> {
        let end = Instant::now() + at_most;
        while Instant::now() < end {
            if let Ok(Some(status)) = self.process.as_mut().expect("the process runs").try_wait() {
                self.process = None;
                return Some(status);
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        None
    }
}

impl Drop for ServerProcess {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Standard output and standard error of a finished command.
pub fn output_text(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}
