//! A real SMTP server (aiosmtpd) that a test can make fail.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Mutex;

use crate::harness::mail::{self, ReceivedEmail};
use crate::harness::places::{Folder, repository};

/// The server; it ends when this value is dropped, or when the test process ends.
pub struct Smtp {
    process: Child,
    control: Mutex<(ChildStdin, BufReader<ChildStdout>)>,
    port: u16,
    login: Option<String>,
    folder: Folder,
}

impl Smtp {
    /// A server that accepts every email.
    pub fn start() -> Self {
        Self::launch(None)
    }

    /// A server that requires a login (`AUTH PLAIN` or `LOGIN`), written `user:password`.
    pub fn with_login(login: &str) -> Self {
        Self::launch(Some(login.to_owned()))
    }

    fn launch(login: Option<String>) -> Self {
        let folder = Folder::new();
        // The system Python, for which the package python3-aiosmtpd is installed.
        let mut process = Command::new("/usr/bin/python3")
            .arg(repository().join("tests/suite/harness/smtp.py"))
            .arg(folder.path())
            .args(&login)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("python3");
        let stdin = process.stdin.take().expect("piped");
        let mut stdout = BufReader::new(process.stdout.take().expect("piped"));
        let port = reply(&mut stdout)
            .parse()
            .expect("a port: is python3-aiosmtpd installed?");
        Self {
            process,
            control: Mutex::new((stdin, stdout)),
            port,
            login,
            folder,
        }
    }

    /// The value of `TENANTRY_SMTP_URL`.
    pub fn url(&self) -> String {
        let login = self
            .login
            .as_ref()
            .map_or_else(String::new, |login| format!("{login}@"));
        format!("smtp://{login}127.0.0.1:{}", self.port)
    }

    /// Accepts every email again.
    pub fn accept(&self) {
        self.command("accept");
    }

    /// Answers every recipient with 451: try later.
    pub fn busy(&self) {
        self.command("busy");
    }

    /// Answers this recipient with 550: permanently refused.
    pub fn refuse(&self, address: &str) {
        self.command(&format!("refuse {address}"));
    }

    /// Stores each email, then closes the connection before the reply, so that the sender can't know.
    pub fn drop_after_data(&self) {
        self.command("drop");
    }

    /// Waits this long before it answers `MAIL`.
    pub fn hang(&self, seconds: u32) {
        self.command(&format!("hang {seconds}"));
    }

    /// Waits this long before it answers this recipient; every other one is answered immediately.
    pub fn stall(&self, address: &str, seconds: u32) {
        self.command(&format!("stall {address} {seconds}"));
    }

    /// How many recipients were offered so far, accepted or not.
    pub fn attempts(&self) -> usize {
        self.command("attempts").parse().expect("a number")
    }

    /// Every stored email, the oldest first.
    pub fn emails(&self) -> Vec<ReceivedEmail> {
        mail::emails_in(self.folder.path())
    }

    fn command(&self, line: &str) -> String {
        let (stdin, stdout) = &mut *self.control.lock().expect("no test panicked while talking");
        writeln!(stdin, "{line}").expect("the SMTP server listens");
        reply(stdout)
    }
}

impl Drop for Smtp {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn reply(stdout: &mut BufReader<ChildStdout>) -> String {
    let mut line = String::new();
    stdout.read_line(&mut line).expect("the SMTP server answers");
    line.trim().to_owned()
}
