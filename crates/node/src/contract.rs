//! A running server as commands ask it, by its HTTP contract and with an API key.

use crate::http;
use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::{
    io::{self, BufReader},
    time::Duration,
};
use ureq::{Agent, Body, http::Response};

#[derive(Debug)]
pub(crate) struct Server {
    agent: Agent,
    url: String,
    authorization: String,
}

#[derive(Deserialize)]
struct Projects {
    projects: Vec<Project>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Project {
    pub(crate) id: u32,
    pub(crate) name: String,
    pub(crate) events: Option<u64>,
}

#[derive(Deserialize)]
struct Problem {
    error: ProblemText,
}

#[derive(Deserialize)]
struct ProblemText {
    message: String,
}

impl Server {
    pub(crate) fn new(url: &str, key: &str) -> Self {
        let config = http::settings(url).timeout_connect(Some(Duration::from_secs(10))).build();
        Self { agent: Agent::new_with_config(config), url: url.trim_end_matches('/').to_owned(), authorization: format!("Bearer {key}") }
    }

    /// The lines of a reply, as they come.
    pub(crate) fn lines(&self, path: &str) -> Result<BufReader<impl io::Read + 'static>> {
        let address = format!("{}{path}", self.url);
        let reply = self.agent.get(&address).header("authorization", &self.authorization).call();
        let reply = self.expect_good(reply)?;
        Ok(BufReader::with_capacity(1 << 18, reply.into_body().into_reader()))
    }

    pub(crate) fn json<T: DeserializeOwned>(&self, path: &str) -> Result<T> {
        serde_json::from_reader(self.lines(path)?).with_context(|| format!("{} is no server of Sillage: its reply cannot be read", self.url))
    }

    pub(crate) fn post(&self, path: &str, body: &impl Serialize) -> Result<()> {
        let request = self.agent.post(format!("{}{path}", self.url)).header("authorization", &self.authorization).content_type("application/json");
        let reply = request.send(&serde_json::to_vec(body)?[..]);
        self.expect_good(reply).map(drop)
    }

    /// What is answered to a body.
    pub(crate) fn answer<T: DeserializeOwned>(&self, path: &str, body: &impl Serialize) -> Result<T> {
        let request = self.agent.post(format!("{}{path}", self.url)).header("authorization", &self.authorization).content_type("application/json");
        let reply = self.expect_good(request.send(&serde_json::to_vec(body)?[..]))?;
        serde_json::from_reader(reply.into_body().into_reader()).with_context(|| format!("{} is no server of Sillage: its reply cannot be read", self.url))
    }

    /// The project that is wanted, by id or name; the only one of the key where nothing is said.
    pub(crate) fn project(&self, wanted: Option<&str>) -> Result<Project> {
        let found = self.json::<Projects>("/api/projects")?.projects;
        let list = |found: &[Project]| found.iter().map(|project| format!("{} ({})", project.id, project.name)).collect::<Vec<_>>().join(", ");
        let Some(wanted) = wanted else {
            return match <[Project; 1]>::try_from(found) {
                Ok([project]) => Ok(project),
                Err(found) => bail!("say which project with --project: {}", list(&found)),
            };
        };
        let names = list(&found);
        match found.into_iter().find(|project| project.id.to_string() == wanted || project.name == wanted) {
            Some(project) => Ok(project),
            None => bail!("there is no project {wanted}; this key opens: {names}"),
        }
    }

    fn expect_good(&self, reply: Result<Response<Body>, ureq::Error>) -> Result<Response<Body>> {
        let mut reply = reply.with_context(|| format!("{} does not answer", self.url))?;
        let status = reply.status().as_u16();
        if !(200..300).contains(&status) {
            let text = reply.body_mut().read_to_string().unwrap_or_default();
            let message = serde_json::from_str::<Problem>(&text).map_or(text, |problem| problem.error.message);
            bail!("the server answered {status}: {message}");
        }
        Ok(reply)
    }
}
