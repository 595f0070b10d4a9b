//! A running `sillage serve` and the commands beside it.

use serde_json::{Value, json};
use std::{
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    time::{Duration, Instant},
};
use tempfile::TempDir;

const PASSWORD: &str = "correct horse battery staple";
const PATIENCE: Duration = Duration::from_secs(60);

/// A command of the program, with nothing of this machine's settings in it.
pub(crate) fn sillage() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sillage"));
    for name in ["SILLAGE_DATA", "SILLAGE_LISTEN", "SILLAGE_URL", "SILLAGE_KEY", "SILLAGE_API_KEY", "SILLAGE_PUBLIC_URL"] {
        command.env_remove(name);
    }
    command.stdin(Stdio::null());
    command
}

/// Runs a command to its end, which has to be a good one.
pub(crate) fn run(arguments: &[&str]) -> String {
    let output = sillage().args(arguments).output().unwrap();
    assert!(output.status.success(), "sillage {arguments:?}: {}", said(&output));
    String::from_utf8(output.stdout).unwrap()
}

/// Runs a command that has to fail, and gives what it says.
pub(crate) fn fails(arguments: &[&str]) -> String {
    let output = sillage().args(arguments).output().unwrap();
    assert!(matches!(output.status.code(), Some(1 | 2)), "sillage {arguments:?}: {}", said(&output));
    said(&output)
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

pub(crate) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

pub(crate) struct Server {
    process: Child,
    pub(crate) url: String,
    pub(crate) data: PathBuf,
    port: u16,
    cookie: String,
    pub(crate) write_key: String,
}

impl Server {
    /// Starts on a new folder below `home`, makes the first account with the token and a project.
    pub(crate) fn start(home: &TempDir) -> Self {
        let mut server = Self::start_on(&home.path().join("data"));
        let token = std::fs::read_to_string(server.data.join("setup-token")).unwrap();
        let account = json!({"token": token, "email": "ada@courriel.example", "name": "Ada", "password": PASSWORD, "language": "en"});
        server.enter("/api/setup", &account);
        let project = server.post("/api/projects", &json!({"name": "Courriel", "timezone": "UTC"}));
        server.write_key = project["write_key"].as_str().unwrap().to_owned();
        server
    }

    /// Starts on a folder as it is.
    pub(crate) fn start_on(data: &Path) -> Self {
        let port = free_port();
        let process = spawn(data, port);
        let mut server =
            Self { process, url: format!("http://127.0.0.1:{port}"), data: data.to_owned(), port, cookie: String::new(), write_key: String::new() };
        server.wait();
        server
    }

    pub(crate) fn sign_in(&mut self) {
        self.enter("/api/session", &json!({"email": "ada@courriel.example", "password": PASSWORD}));
    }

    /// `kill -9`, and the same folder once more.
    pub(crate) fn kill_and_restart(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
        self.process = spawn(&self.data, self.port);
        self.wait();
    }

    /// Ends as a service manager ends it.
    pub(crate) fn stop(mut self) {
        Command::new("kill").arg(self.process.id().to_string()).status().unwrap();
        let status = self.process.wait().unwrap();
        assert!(status.success(), "{status}");
    }

    fn wait(&mut self) {
        let began = Instant::now();
        loop {
            if let Some(status) = self.process.try_wait().unwrap() {
                panic!("the server ended: {status}");
            }
            if ureq::get(format!("{}/ready", self.url)).call().is_ok() {
                return;
            }
            assert!(began.elapsed() < PATIENCE, "the server is not ready");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn enter(&mut self, path: &str, body: &Value) {
        let reply = ureq::post(format!("{}{path}", self.url)).content_type("application/json").send(body.to_string()).unwrap();
        let cookie = reply.headers()["set-cookie"].to_str().unwrap();
        self.cookie = cookie.split(';').next().unwrap().to_owned();
    }

    pub(crate) fn get(&self, path: &str) -> Value {
        let mut reply = ureq::get(format!("{}{path}", self.url)).header("cookie", &self.cookie).call().unwrap();
        serde_json::from_str(&reply.body_mut().read_to_string().unwrap()).unwrap()
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Value {
        let request = ureq::post(format!("{}{path}", self.url)).header("cookie", &self.cookie).content_type("application/json");
        let mut reply = request.send(body.to_string()).unwrap_or_else(|error| panic!("{path}: {error}"));
        let text = reply.body_mut().read_to_string().unwrap();
        if text.is_empty() { Value::Null } else { serde_json::from_str(&text).unwrap() }
    }

    /// Records of the import form to the native door.
    pub(crate) fn send(&self, records: &Value) -> Value {
        let request = ureq::post(format!("{}/v1/events", self.url)).header("authorization", format!("Bearer {}", self.write_key));
        let mut reply = request.content_type("application/json").send(records.to_string()).unwrap();
        serde_json::from_str(&reply.body_mut().read_to_string().unwrap()).unwrap()
    }

    pub(crate) fn ask(&self, question: &Value) -> Value {
        self.post("/api/projects/1/query", question)["answer"].clone()
    }

    /// How many events (of a name) there are, over all time.
    pub(crate) fn count(&self, event: Option<&str>) -> u64 {
        self.measure(event, &json!("total")).as_u64().unwrap()
    }

    pub(crate) fn measure(&self, event: Option<&str>, measure: &Value) -> Value {
        let question = json!({
            "kind": "trend", "series": [{"select": {"event": event}, "measure": measure}], "interval": "month",
            "range": {"from": "2015-01-01", "to": "2035-12-31"},
        });
        self.ask(&question)["series"][0]["total"].clone()
    }

    pub(crate) fn read_key(&self) -> String {
        self.post("/api/projects/1/keys", &json!({"name": "test", "scopes": ["read"]}))["secret"].as_str().unwrap().to_owned()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

fn spawn(data: &Path, port: u16) -> Child {
    let listen = format!("127.0.0.1:{port}");
    let mut command = sillage();
    command.args(["serve", "--data", data.to_str().unwrap(), "--listen", &listen]).env("SILLAGE_LOG", "error").stdout(Stdio::null());
    command.spawn().unwrap()
}

pub(crate) fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}
