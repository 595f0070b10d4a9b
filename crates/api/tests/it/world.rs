use crate::fake::FakeStore;
use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Request, StatusCode},
};
use serde_json::Value;
use sillage_api::{Api, HealthCheck, Options, Parts, router};
use sillage_catalog::{Catalog, CatalogOptions, Clock, NewProject, NewUser, Project, Role, Scope, Scopes, User};
use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};
use tempfile::TempDir;
use tower::ServiceExt;

pub(crate) const PASSWORD: &str = "correct horse";

/// A server with two projects and everybody who might knock.
pub(crate) struct World {
    pub(crate) router: Router,
    pub(crate) catalog: Catalog,
    pub(crate) store: Arc<FakeStore>,
    pub(crate) project: Project,
    pub(crate) other: Project,
    now_ms: Arc<AtomicI64>,
    _folder: TempDir,
}

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
    pub(crate) json: Value,
}

impl Answer {
    pub(crate) fn code(&self) -> &str {
        self.json["error"]["code"].as_str().unwrap_or_default()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }

    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        self
    }
}

/// How somebody shows who they are.
#[derive(Clone, Debug)]
pub(crate) enum As {
    Nobody,
    Cookie(String),
    Bearer(String),
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with(Options::default()).await
    }

    pub(crate) async fn with(options: Options) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let now_ms = Arc::new(AtomicI64::new(1_760_000_000_000));
        let clock = Arc::clone(&now_ms);
        let options_of_catalog = CatalogOptions { clock: Clock::from_fn(move || clock.load(Ordering::Relaxed)), ..CatalogOptions::default() };
        let catalog = Catalog::open(folder.path(), options_of_catalog).await.unwrap();
        let project = catalog.create_project(&NewProject { name: "Courriel".into(), timezone: "Europe/Paris".into() }).await.unwrap();
        let other = catalog.create_project(&NewProject { name: "Other".into(), timezone: "UTC".into() }).await.unwrap();
        let store = Arc::new(FakeStore::default());
        let health = Arc::new(|| vec![HealthCheck { name: "disk".into(), ok: true, vital: true, message: String::new() }]);
        let parts = Parts {
            catalog: catalog.clone(),
            append: Arc::clone(&store),
            ask: Arc::clone(&store),
            browse: Arc::clone(&store),
            recordings: Arc::clone(&store),
            health,
        };
        let router = router(Api::new(parts, options));
        Self { router, catalog, store, project, other, now_ms, _folder: folder }
    }

    pub(crate) fn wait_ms(&self, ms: i64) {
        self.now_ms.fetch_add(ms, Ordering::Relaxed);
    }

    pub(crate) fn now_ms(&self) -> i64 {
        self.now_ms.load(Ordering::Relaxed)
    }

    pub(crate) async fn user(&self, email: &str, everywhere: Option<Role>, here: Option<Role>, elsewhere: Option<Role>) -> User {
        let new = NewUser { email: email.into(), name: "Ada".into(), password: Some(PASSWORD.into()), everywhere, ..NewUser::default() };
        let user = self.catalog.create_user(&new).await.unwrap();
        self.catalog.set_role(&user.id, self.project.id, here).await.unwrap();
        self.catalog.set_role(&user.id, self.other.id, elsewhere).await.unwrap();
        user
    }

    pub(crate) async fn signed_in(&self, user: &User) -> As {
        As::Cookie(format!("sillage_session={}", self.catalog.begin_session(user).await.unwrap()))
    }

    /// Somebody with this role in the project, signed in.
    pub(crate) async fn member(&self, role: Role) -> As {
        let user = self.user(&format!("{}@courriel.example", role.as_str()), None, Some(role), None).await;
        self.signed_in(&user).await
    }

    pub(crate) async fn api_key(&self, project: &Project, scopes: &[Scope]) -> As {
        let scopes = Scopes::new(scopes.iter().copied());
        As::Bearer(self.catalog.create_api_key(project.id, "CI", &scopes, "test").await.unwrap().1)
    }

    pub(crate) fn path(&self, rest: &str) -> String {
        format!("/api/projects/{}{rest}", self.project.id)
    }

    pub(crate) async fn get(&self, path: &str, who: &As) -> Answer {
        self.call("GET", path, who, None).await
    }

    pub(crate) async fn post(&self, path: &str, who: &As, body: Value) -> Answer {
        self.call("POST", path, who, Some(body)).await
    }

    pub(crate) async fn call(&self, method: &str, path: &str, who: &As, body: Option<Value>) -> Answer {
        let mut request = Request::builder().method(method).uri(path).header("host", "sillage.test");
        match who {
            As::Nobody => {}
            As::Cookie(cookie) => request = request.header("cookie", cookie),
            As::Bearer(secret) => request = request.header("authorization", format!("Bearer {secret}")),
        }
        if body.is_some() {
            request = request.header("content-type", "application/json");
        }
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        self.send(request.body(body).unwrap()).await
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Answer { status: parts.status, headers: parts.headers, json: serde_json::from_str(&text).unwrap_or_default(), text }
    }

    /// Sends events with the project's write key.
    pub(crate) async fn send_events(&self, events: Value) -> Answer {
        let request = Request::builder().method("POST").uri("/v1/events").header("authorization", format!("Bearer {}", self.project.write_key));
        self.send(request.header("content-type", "application/json").body(Body::from(events.to_string())).unwrap()).await
    }
}
