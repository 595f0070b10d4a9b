//! Every route for everybody: the table says who may, and a route without a row fails.

use crate::world::{As, World};
use serde_json::{Value, json};
use sillage_api::{MailBy, Options};
use sillage_catalog::{
    AnnotationKind, DefinitionKind, Language, NewAnnotation, NewCohort, NewCustomEvent, NewCustomProperty, NewDefinition, NewInterviewNote, NewLookupTable,
    NewMail, NewPageMapping, NewRecordingNote, NewReport, NewSurvey, NewSurveyPage, NewTask, NewUserTest, NewUserTestNote, Role, Scope, Scopes, ShareKind,
    ShareLink, ShareTerms, Shared,
};
use sillage_event::ProjectId;

/// Who is let in, from the smallest role that is.
#[derive(Clone, Copy, Debug, PartialEq)]
enum For {
    /// Everybody, known or not.
    Everybody,
    /// Whoever is known, by a session or an API key.
    Known,
    /// Whoever signed in; not API keys.
    SignedIn,
    Viewers,
    Editors,
    Admins,
    /// Administrators of the whole installation.
    Installation,
}

const TABLE: &[(&str, &str, For)] = &[
    ("get", "/api/status", For::Everybody),
    ("get", "/api/openapi.json", For::Everybody),
    ("post", "/api/setup", For::Everybody),
    ("post", "/api/session", For::Everybody),
    ("post", "/api/session/link", For::Everybody),
    ("post", "/api/invitation/look", For::Everybody),
    ("post", "/api/invitation", For::Everybody),
    ("get", "/health", For::Everybody),
    ("get", "/ready", For::Everybody),
    ("post", "/v1/events", For::Everybody),
    ("get", "/track", For::Everybody),
    ("post", "/track", For::Everybody),
    ("get", "/import", For::Everybody),
    ("post", "/import", For::Everybody),
    ("get", "/engage", For::Everybody),
    ("post", "/engage", For::Everybody),
    ("get", "/groups", For::Everybody),
    ("post", "/groups", For::Everybody),
    ("get", "/settings", For::Everybody),
    ("get", "/decide", For::Everybody),
    ("post", "/decide", For::Everybody),
    ("get", "/flags", For::Everybody),
    ("post", "/flags", For::Everybody),
    ("post", "/record", For::Everybody),
    ("post", "/v1/recordings", For::Everybody),
    ("post", "/v1/recordings/forget", For::Everybody),
    ("get", "/v1/surveys", For::Everybody),
    ("get", "/v1/user-tests", For::Everybody),
    ("get", "/api/shared/recordings/{token}", For::Everybody),
    ("get", "/api/shared/recordings/{token}/segments/{segment}", For::Everybody),
    ("get", "/api/shared/boards/{token}", For::Everybody),
    ("post", "/api/shared/boards/{token}/unlock", For::Everybody),
    ("post", "/api/shared/boards/{token}/tiles/{tile}", For::Everybody),
    ("get", "/api/mail", For::Installation),
    ("post", "/api/mail/test", For::Installation),
    ("post", "/api/mail/{mail}/retry", For::Installation),
    ("get", "/api/me", For::SignedIn),
    ("patch", "/api/me", For::SignedIn),
    ("get", "/api/projects", For::Known),
    ("post", "/api/projects", For::Installation),
    ("get", "/api/projects/{project}", For::Viewers),
    ("patch", "/api/projects/{project}", For::Admins),
    ("post", "/api/projects/{project}/write-key", For::Admins),
    ("get", "/api/projects/{project}/audit", For::Admins),
    ("get", "/api/projects/{project}/keys", For::Admins),
    ("post", "/api/projects/{project}/keys", For::Admins),
    ("delete", "/api/projects/{project}/keys/{key}", For::Admins),
    ("get", "/api/projects/{project}/members", For::Admins),
    ("post", "/api/projects/{project}/members", For::Admins),
    ("put", "/api/projects/{project}/members/{user}", For::Admins),
    ("delete", "/api/projects/{project}/members/{user}", For::Admins),
    ("post", "/api/projects/{project}/members/{user}/link", For::Admins),
    ("get", "/api/users", For::Installation),
    ("patch", "/api/users/{user}", For::Installation),
    ("delete", "/api/users/{user}", For::Installation),
    ("post", "/api/users/{user}/link", For::Installation),
    ("post", "/api/projects/{project}/query", For::Viewers),
    ("get", "/api/projects/{project}/queries/{query}", For::Viewers),
    ("delete", "/api/projects/{project}/queries/{query}", For::Viewers),
    ("get", "/api/projects/{project}/export", For::Viewers),
    ("get", "/api/projects/{project}/names", For::Viewers),
    ("get", "/api/projects/{project}/properties", For::Viewers),
    ("get", "/api/projects/{project}/values", For::Viewers),
    ("get", "/api/projects/{project}/live", For::Viewers),
    ("get", "/api/projects/{project}/refused", For::Viewers),
    ("post", "/api/projects/{project}/refused/replay", For::Editors),
    ("get", "/api/projects/{project}/people", For::Viewers),
    ("get", "/api/projects/{project}/people/{person}", For::Viewers),
    ("get", "/api/projects/{project}/people/{person}/ledger", For::Viewers),
    ("post", "/api/projects/{project}/people/{person}/merge", For::Editors),
    ("post", "/api/projects/{project}/identities", For::Editors),
    ("post", "/api/projects/{project}/people/{person}/split", For::Editors),
    ("get", "/api/projects/{project}/reports", For::Viewers),
    ("post", "/api/projects/{project}/reports", For::Editors),
    ("get", "/api/projects/{project}/reports/{report}", For::Viewers),
    ("put", "/api/projects/{project}/reports/{report}", For::Editors),
    ("delete", "/api/projects/{project}/reports/{report}", For::Editors),
    ("get", "/api/projects/{project}/cohorts", For::Viewers),
    ("post", "/api/projects/{project}/cohorts", For::Editors),
    ("get", "/api/projects/{project}/cohorts/{cohort}", For::Viewers),
    ("put", "/api/projects/{project}/cohorts/{cohort}", For::Editors),
    ("delete", "/api/projects/{project}/cohorts/{cohort}", For::Editors),
    ("put", "/api/projects/{project}/cohorts/{cohort}/people", For::Editors),
    ("get", "/api/projects/{project}/custom-events", For::Viewers),
    ("post", "/api/projects/{project}/custom-events", For::Editors),
    ("get", "/api/projects/{project}/custom-events/{custom_event}", For::Viewers),
    ("put", "/api/projects/{project}/custom-events/{custom_event}", For::Editors),
    ("delete", "/api/projects/{project}/custom-events/{custom_event}", For::Editors),
    ("get", "/api/projects/{project}/custom-properties", For::Viewers),
    ("post", "/api/projects/{project}/custom-properties", For::Editors),
    ("get", "/api/projects/{project}/custom-properties/{custom_property}", For::Viewers),
    ("put", "/api/projects/{project}/custom-properties/{custom_property}", For::Editors),
    ("delete", "/api/projects/{project}/custom-properties/{custom_property}", For::Editors),
    ("get", "/api/projects/{project}/lookups", For::Viewers),
    ("post", "/api/projects/{project}/lookups", For::Editors),
    ("put", "/api/projects/{project}/lookups/{lookup}", For::Editors),
    ("delete", "/api/projects/{project}/lookups/{lookup}", For::Editors),
    ("get", "/api/projects/{project}/lookups/{lookup}/file", For::Viewers),
    ("get", "/api/projects/{project}/plan", For::Viewers),
    ("put", "/api/projects/{project}/plan/draft", For::Editors),
    ("delete", "/api/projects/{project}/plan/draft", For::Editors),
    ("post", "/api/projects/{project}/plan/publish", For::Admins),
    ("post", "/api/projects/{project}/plan/check", For::Viewers),
    ("get", "/api/projects/{project}/plan/file", For::Viewers),
    ("get", "/api/projects/{project}/plan/health", For::Viewers),
    ("get", "/api/projects/{project}/plan/types", For::Viewers),
    ("post", "/api/projects/{project}/plan/import", For::Editors),
    ("get", "/api/projects/{project}/plan/versions", For::Viewers),
    ("get", "/api/projects/{project}/plan/versions/{version}", For::Viewers),
    ("get", "/api/projects/{project}/plan/events", For::Viewers),
    ("get", "/api/projects/{project}/plan/violations", For::Viewers),
    ("post", "/api/projects/{project}/plan/adopt", For::Editors),
    ("get", "/api/projects/{project}/plan/quarantine", For::Viewers),
    ("post", "/api/projects/{project}/plan/quarantine/release", For::Editors),
    ("post", "/api/projects/{project}/plan/quarantine/drop", For::Admins),
    ("get", "/api/projects/{project}/page-mappings", For::Viewers),
    ("post", "/api/projects/{project}/page-mappings", For::Editors),
    ("get", "/api/projects/{project}/page-mappings/{page_mapping}", For::Viewers),
    ("put", "/api/projects/{project}/page-mappings/{page_mapping}", For::Editors),
    ("delete", "/api/projects/{project}/page-mappings/{page_mapping}", For::Editors),
    ("post", "/api/projects/{project}/page-mappings/check", For::Viewers),
    ("post", "/api/projects/{project}/page-mappings/suggestions", For::Viewers),
    ("get", "/api/projects/{project}/friction-weights", For::Viewers),
    ("put", "/api/projects/{project}/friction-weights", For::Editors),
    ("get", "/api/projects/{project}/interviews", For::Viewers),
    ("post", "/api/projects/{project}/interviews", For::Editors),
    ("get", "/api/projects/{project}/interviews/{study}", For::Viewers),
    ("put", "/api/projects/{project}/interviews/{study}", For::Editors),
    ("delete", "/api/projects/{project}/interviews/{study}", For::Editors),
    ("put", "/api/projects/{project}/interviews/{study}/status", For::Editors),
    ("put", "/api/projects/{project}/interviews/{study}/busy", For::Editors),
    ("delete", "/api/projects/{project}/interviews/{study}/busy", For::Editors),
    ("get", "/api/projects/{project}/interviews/{study}/participants", For::Viewers),
    ("post", "/api/projects/{project}/interviews/{study}/participants", For::Editors),
    ("get", "/api/projects/{project}/interviews/{study}/participants/{participant}", For::Viewers),
    ("delete", "/api/projects/{project}/interviews/{study}/participants/{participant}", For::Editors),
    ("put", "/api/projects/{project}/interviews/{study}/participants/{participant}/status", For::Editors),
    ("put", "/api/projects/{project}/interviews/{study}/participants/{participant}/person", For::Editors),
    ("post", "/api/projects/{project}/interviews/{study}/participants/{participant}/notes", For::Editors),
    ("put", "/api/projects/{project}/interviews/{study}/participants/{participant}/notes/{note}", For::Editors),
    ("delete", "/api/projects/{project}/interviews/{study}/participants/{participant}/notes/{note}", For::Editors),
    ("post", "/api/projects/{project}/interviews/{study}/participants/{participant}/files", For::Editors),
    ("get", "/api/projects/{project}/interviews/{study}/participants/{participant}/files/{file}", For::Viewers),
    ("delete", "/api/projects/{project}/interviews/{study}/participants/{participant}/files/{file}", For::Editors),
    ("get", "/api/projects/{project}/boards", For::Viewers),
    ("post", "/api/projects/{project}/boards", For::Editors),
    ("get", "/api/projects/{project}/boards/{board}", For::Viewers),
    ("put", "/api/projects/{project}/boards/{board}", For::Editors),
    ("delete", "/api/projects/{project}/boards/{board}", For::Editors),
    ("get", "/api/projects/{project}/boards/{board}/versions", For::Viewers),
    ("post", "/api/projects/{project}/boards/{board}/tiles/{tile}", For::Viewers),
    ("get", "/api/projects/{project}/boards/{board}/links", For::Editors),
    ("post", "/api/projects/{project}/boards/{board}/links", For::Editors),
    ("put", "/api/projects/{project}/boards/{board}/links/{link}", For::Editors),
    ("delete", "/api/projects/{project}/boards/{board}/links/{link}", For::Editors),
    ("get", "/api/projects/{project}/metrics", For::Viewers),
    ("post", "/api/projects/{project}/metrics", For::Editors),
    ("get", "/api/projects/{project}/metrics/{metric}", For::Viewers),
    ("put", "/api/projects/{project}/metrics/{metric}", For::Editors),
    ("delete", "/api/projects/{project}/metrics/{metric}", For::Editors),
    ("get", "/api/projects/{project}/metrics/{metric}/versions", For::Viewers),
    ("get", "/api/projects/{project}/metrics/{metric}/value", For::Viewers),
    ("post", "/api/projects/{project}/metrics/value", For::Viewers),
    ("post", "/api/projects/{project}/metrics/{metric}/why", For::Viewers),
    ("get", "/api/projects/{project}/alerts", For::Viewers),
    ("post", "/api/projects/{project}/alerts", For::Editors),
    ("post", "/api/projects/{project}/alerts/preview", For::Viewers),
    ("get", "/api/projects/{project}/alerts/{alert}", For::Viewers),
    ("put", "/api/projects/{project}/alerts/{alert}", For::Editors),
    ("delete", "/api/projects/{project}/alerts/{alert}", For::Editors),
    ("get", "/api/projects/{project}/alerts/{alert}/versions", For::Viewers),
    ("get", "/api/projects/{project}/alerts/{alert}/history", For::Viewers),
    ("post", "/api/projects/{project}/alerts/{alert}/test", For::Editors),
    ("get", "/api/projects/{project}/annotations", For::Viewers),
    ("post", "/api/projects/{project}/annotations", For::Editors),
    ("put", "/api/projects/{project}/annotations/{annotation}", For::Editors),
    ("delete", "/api/projects/{project}/annotations/{annotation}", For::Editors),
    ("get", "/api/projects/{project}/metric-trees", For::Viewers),
    ("post", "/api/projects/{project}/metric-trees", For::Editors),
    ("get", "/api/projects/{project}/metric-trees/{metric_tree}", For::Viewers),
    ("put", "/api/projects/{project}/metric-trees/{metric_tree}", For::Editors),
    ("delete", "/api/projects/{project}/metric-trees/{metric_tree}", For::Editors),
    ("get", "/api/projects/{project}/metric-trees/{metric_tree}/versions", For::Viewers),
    ("get", "/api/projects/{project}/metric-trees/{metric_tree}/value", For::Viewers),
    ("get", "/api/projects/{project}/tasks", For::Viewers),
    ("post", "/api/projects/{project}/tasks", For::Editors),
    ("post", "/api/projects/{project}/tasks/check", For::Viewers),
    ("get", "/api/projects/{project}/tasks/{task}", For::Viewers),
    ("put", "/api/projects/{project}/tasks/{task}", For::Editors),
    ("delete", "/api/projects/{project}/tasks/{task}", For::Editors),
    ("get", "/api/projects/{project}/tasks/{task}/versions", For::Viewers),
    ("get", "/api/projects/{project}/tasks/{task}/scorecard", For::Viewers),
    ("post", "/api/projects/{project}/tasks/{task}/scorecard", For::Viewers),
    ("get", "/api/projects/{project}/tasks/{task}/attempts", For::Viewers),
    ("post", "/api/projects/{project}/tasks/{task}/attempts", For::Viewers),
    ("get", "/api/projects/{project}/surveys", For::Viewers),
    ("post", "/api/projects/{project}/surveys", For::Editors),
    ("post", "/api/projects/{project}/surveys/check", For::Viewers),
    ("get", "/api/projects/{project}/surveys/{survey}", For::Viewers),
    ("put", "/api/projects/{project}/surveys/{survey}", For::Editors),
    ("delete", "/api/projects/{project}/surveys/{survey}", For::Editors),
    ("post", "/api/projects/{project}/surveys/{survey}/publish", For::Editors),
    ("put", "/api/projects/{project}/surveys/{survey}/status", For::Editors),
    ("get", "/api/projects/{project}/surveys/{survey}/versions", For::Viewers),
    ("post", "/api/projects/{project}/surveys/{survey}/results", For::Viewers),
    ("post", "/api/projects/{project}/surveys/{survey}/themes", For::Viewers),
    ("post", "/api/projects/{project}/surveys/{survey}/themes/corrections", For::Editors),
    ("delete", "/api/projects/{project}/surveys/{survey}/themes/corrections", For::Editors),
    ("post", "/api/projects/{project}/surveys/{survey}/responses", For::Viewers),
    ("get", "/api/projects/{project}/surveys/{survey}/responses.csv", For::Viewers),
    ("get", "/api/projects/{project}/surveys/{survey}/responses.json", For::Viewers),
    ("get", "/api/projects/{project}/surveys/{survey}/why", For::Viewers),
    ("get", "/api/projects/{project}/surveys/{survey}/page", For::Viewers),
    ("put", "/api/projects/{project}/surveys/{survey}/page", For::Editors),
    ("get", "/api/projects/{project}/surveys/{survey}/page.svg", For::Viewers),
    ("post", "/api/projects/{project}/surveys/{survey}/links", For::Editors),
    ("get", "/api/projects/{project}/surveys/{survey}/mail", For::Viewers),
    ("get", "/api/projects/{project}/surveys/{survey}/alerts", For::Viewers),
    ("put", "/api/projects/{project}/surveys/{survey}/alerts", For::Editors),
    ("get", "/api/projects/{project}/user-tests", For::Viewers),
    ("post", "/api/projects/{project}/user-tests", For::Editors),
    ("post", "/api/projects/{project}/user-tests/check", For::Viewers),
    ("get", "/api/projects/{project}/user-tests/{user_test}", For::Viewers),
    ("put", "/api/projects/{project}/user-tests/{user_test}", For::Editors),
    ("delete", "/api/projects/{project}/user-tests/{user_test}", For::Editors),
    ("post", "/api/projects/{project}/user-tests/{user_test}/publish", For::Editors),
    ("put", "/api/projects/{project}/user-tests/{user_test}/status", For::Editors),
    ("get", "/api/projects/{project}/user-tests/{user_test}/versions", For::Viewers),
    ("post", "/api/projects/{project}/user-tests/{user_test}/results", For::Viewers),
    ("get", "/api/projects/{project}/user-tests/{user_test}/export", For::Viewers),
    ("get", "/api/projects/{project}/user-tests/{user_test}/notes", For::Viewers),
    ("post", "/api/projects/{project}/user-tests/{user_test}/notes", For::Editors),
    ("delete", "/api/projects/{project}/user-tests/{user_test}/notes/{note}", For::Editors),
    ("get", "/api/projects/{project}/recordings/{session}", For::Viewers),
    ("delete", "/api/projects/{project}/recordings/{session}", For::Editors),
    ("post", "/api/projects/{project}/recordings/delete", For::Admins),
    ("get", "/api/projects/{project}/recordings/{session}/segments/{segment}", For::Viewers),
    ("get", "/api/projects/{project}/recordings/{session}/notes", For::Viewers),
    ("post", "/api/projects/{project}/recordings/{session}/notes", For::Editors),
    ("patch", "/api/projects/{project}/recordings/{session}/notes/{note}", For::Editors),
    ("delete", "/api/projects/{project}/recordings/{session}/notes/{note}", For::Editors),
    ("put", "/api/projects/{project}/recordings/{session}/watched", For::Viewers),
    ("delete", "/api/projects/{project}/recordings/{session}/watched", For::Viewers),
    ("get", "/api/projects/{project}/recordings/{session}/shares", For::Viewers),
    ("post", "/api/projects/{project}/recordings/{session}/shares", For::Editors),
    ("delete", "/api/projects/{project}/recordings/{session}/shares/{share}", For::Editors),
    ("get", "/api/projects/{project}/recording-settings", For::Viewers),
    ("put", "/api/projects/{project}/recording-settings", For::Admins),
    // Last, since it ends the session that the other rows need.
    ("delete", "/api/session", For::Everybody),
];

/// What somebody is answered: `None` is let in.
type Expected = Option<u16>;

struct Somebody {
    name: &'static str,
    who: As,
    expected: fn(For) -> Expected,
}

async fn everybody(world: &World) -> Vec<Somebody> {
    fn of_role(role: Role, needed: For) -> Expected {
        let may = match needed {
            For::Everybody | For::Known | For::SignedIn | For::Viewers => true,
            For::Editors => role >= Role::Editor,
            For::Admins => role >= Role::Admin,
            For::Installation => false,
        };
        (!may).then_some(403)
    }
    fn of_nobody(needed: For) -> Expected {
        (needed != For::Everybody).then_some(401)
    }
    fn of_stranger(needed: For) -> Expected {
        match needed {
            For::Everybody | For::Known | For::SignedIn => None,
            For::Installation => Some(403),
            For::Viewers | For::Editors | For::Admins => Some(404),
        }
    }
    fn of_key(scope: Scope, needed: For) -> Expected {
        let may = match needed {
            For::Everybody | For::Known => true,
            For::SignedIn | For::Installation => false,
            For::Viewers => scope == Scope::Read,
            For::Editors => scope == Scope::Write,
            For::Admins => scope == Scope::Admin,
        };
        (!may).then_some(403)
    }
    fn of_foreign_key(needed: For) -> Expected {
        match needed {
            For::Everybody | For::Known => None,
            For::SignedIn | For::Installation => Some(403),
            For::Viewers | For::Editors | For::Admins => Some(404),
        }
    }
    let installation = world.user("root@courriel.example", Some(Role::Admin), None, None).await;
    let stranger = world.user("other@courriel.example", None, None, Some(Role::Admin)).await;
    let somebody = |name, who, expected| Somebody { name, who, expected };
    vec![
        somebody("anonymous", As::Nobody, of_nobody),
        somebody("a forged cookie", As::Cookie("sillage_session=guess".into()), of_nobody),
        somebody("the write key", As::Bearer(world.project.write_key.clone()), of_nobody),
        somebody("viewer", world.member(Role::Viewer).await, |needed| of_role(Role::Viewer, needed)),
        somebody("editor", world.member(Role::Editor).await, |needed| of_role(Role::Editor, needed)),
        somebody("admin", world.member(Role::Admin).await, |needed| of_role(Role::Admin, needed)),
        somebody("admin of the installation", world.signed_in(&installation).await, |_| None),
        somebody("admin of another project", world.signed_in(&stranger).await, of_stranger),
        somebody("a key to read", world.api_key(&world.project, &[Scope::Read]).await, |needed| of_key(Scope::Read, needed)),
        somebody("a key to write", world.api_key(&world.project, &[Scope::Write]).await, |needed| of_key(Scope::Write, needed)),
        somebody("a key to administer", world.api_key(&world.project, &[Scope::Admin]).await, |needed| of_key(Scope::Admin, needed)),
        somebody("a key of another project", world.api_key(&world.other, &Scope::ALL).await, of_foreign_key),
    ]
}

/// A path that names things which exist in the project, new ones for each call.
async fn filled(world: &World, path: &str, project: ProjectId) -> String {
    let mut path = path.replace("{project}", &world.project.id.to_string()).replace("{person}", "u1").replace("{query}", "q1");
    if path.contains("{report}") {
        path = path.replace("{report}", &report(world, project).await);
    }
    for (place, kind, definition) in [
        ("{board}", DefinitionKind::Board, json!({"tiles": [{"id": "t1", "width": 6, "height": 4, "shows": {"kind": "text", "text": "Hello"}}]})),
        ("{metric}", DefinitionKind::Metric, metric()),
        ("{metric_tree}", DefinitionKind::MetricTree, json!({"nodes": []})),
    ] {
        if path.contains(place) {
            let new = NewDefinition { name: unique_name(world), definition };
            let made = world.catalog.create_definition(project, kind, &new, "test").await.unwrap();
            path = path.replace(place, &made.id).replace("{tile}", "t1");
            if path.contains("{link}") {
                path = path.replace("{link}", &share_link(world, project, &made.id).await.id);
            }
        }
    }
    if path.contains("{alert}") {
        path = path.replace("{alert}", &alert(world, project).await);
    }
    if path.contains("{annotation}") {
        let new = NewAnnotation { at: 0, kind: AnnotationKind::Note, text: unique_name(world) };
        path = path.replace("{annotation}", &world.catalog.create_annotation(project, &new, "test").await.unwrap().id);
    }
    if path.contains("/shared/boards/") {
        let board = json!({"tiles": [{"id": "t1", "width": 6, "height": 4, "shows": {"kind": "text", "text": "Hello"}}]});
        let new = NewDefinition { name: unique_name(world), definition: board };
        let board = world.catalog.create_definition(project, DefinitionKind::Board, &new, "test").await.unwrap().id;
        let link = share_link(world, project, &board).await;
        path = path.replace("{token}", &world.catalog.share_token(&link.id).await.unwrap()).replace("{tile}", "t1");
    }
    if path.contains("{cohort}") {
        path = path.replace("{cohort}", &cohort(world, project).await);
    }
    if path.contains("{custom_property}") {
        let new = NewCustomProperty { name: unique_name(world), description: String::new(), of: "event".into(), formula: "=amount".into() };
        let made = world.catalog.create_custom_property(project, &new, "test").await.unwrap();
        path = path.replace("{custom_property}", &made.id);
    }
    if path.contains("{page_mapping}") {
        let new = NewPageMapping { name: unique_name(world), description: String::new(), is_default: false, rules: json!([]) };
        // The first one is the project's own, which is not deleted beside others.
        world.catalog.create_page_mapping(project, &new, "test").await.unwrap();
        let new = NewPageMapping { name: unique_name(world), ..new };
        path = path.replace("{page_mapping}", &world.catalog.create_page_mapping(project, &new, "test").await.unwrap().id);
    }
    if path.contains("{lookup}") {
        let columns = vec!["id".to_owned(), "name".to_owned()];
        let new = NewLookupTable { name: unique_name(world), description: String::new(), columns, n_rows: 1, content: "id,name\nP1,x\n".into() };
        path = path.replace("{lookup}", &world.catalog.create_lookup_table(project, &new, "test").await.unwrap().id);
    }
    if path.contains("{custom_event}") {
        path = path.replace("{custom_event}", &custom_event(world, project).await);
    }
    if path.contains("{survey}") {
        let new = NewSurvey { name: unique_name(world), definition: survey() };
        let made = world.catalog.create_survey(project, &new, "test").await.unwrap();
        world.catalog.publish_survey(project, &made.id, "test").await.unwrap();
        let page = NewSurveyPage { slug: unique_name(world).replace(' ', "-"), is_open: true };
        world.catalog.set_survey_page(project, &made.id, &page).await.unwrap();
        path = path.replace("{survey}", &made.id);
        if path.ends_with("/themes/corrections") {
            let hide = json!({"kind": "hide", "theme": ["#speed"]});
            world.catalog.add_theme_correction(project, &made.id, "why", &hide, "test").await.unwrap();
            let made = world.catalog.theme_corrections(project, &made.id, "why").await.unwrap();
            path.push_str(&format!("?id={}", made[0].id));
        }
    }
    if path.contains("{task}") {
        let new = NewTask { name: unique_name(world), owner: String::new(), definition: task() };
        path = path.replace("{task}", &world.catalog.create_task(project, &new, "test").await.unwrap().id);
        if path.contains("/tasks/") && world.catalog.tasks(project).await.unwrap().len() > 40 {
            // A project takes so many; the calls before are done with theirs.
            for one in world.catalog.tasks(project).await.unwrap().iter().filter(|one| !path.contains(&one.id)) {
                world.catalog.delete_task(project, &one.id).await.unwrap();
            }
        }
    }
    if path.contains("/plan/") {
        path = with_plan(world, &path, project).await;
        if path.ends_with("/types") {
            path.push_str("?language=python");
        }
    }
    if path.contains("{user_test}") {
        path = with_user_test(world, &path, project).await;
    }
    if path.contains("{mail}") {
        let new = NewMail { kind: "test", to: "ada@courriel.example".into(), subject: "x".into(), text: "x".into(), ..NewMail::default() };
        let id = world.catalog.queue_mail(&new).await.unwrap();
        world.catalog.mail_failed(&id, "550", true).await.unwrap();
        path = path.replace("{mail}", &id);
    }
    if path.ends_with("/why") {
        path.push_str("?person=u1");
    }
    if path.contains("{study}") {
        path = with_interview(world, &path, project).await;
    }
    if path.contains("{session}") || path.contains("{token}") {
        path = with_recording(world, &path, project).await;
    }
    if path.contains("{key}") {
        path = path.replace("{key}", &key(world, project).await);
    }
    if path.contains("{user}") {
        path = path.replace("{user}", &invited(world, project).await);
    }
    if path.ends_with("/values") {
        path.push_str("?property=plan");
    }
    path
}

async fn share_link(world: &World, project: ProjectId, board: &str) -> ShareLink {
    let of = Shared { project, kind: ShareKind::Board, id: board.to_owned() };
    world.catalog.create_share_link(&of, &ShareTerms::default(), None, "test").await.unwrap()
}

/// A draft, and a published version that the other project has not.
async fn with_plan(world: &World, path: &str, project: ProjectId) -> String {
    let document = json!({"plan": 1, "events": {}});
    let draft = world.catalog.keep_plan_draft(project, &document, None, "test").await.unwrap();
    if !path.ends_with("/file") && !path.ends_with("/types") && !path.contains("{version}") {
        return path.to_owned();
    }
    let other = if project == world.project.id { world.other.id } else { world.project.id };
    let mut published = world.catalog.publish_plan(project, draft.revision, "", "test").await.unwrap();
    while published.version <= world.catalog.published_plan_version(other).await.unwrap() {
        let draft = world.catalog.keep_plan_draft(project, &document, None, "test").await.unwrap();
        published = world.catalog.publish_plan(project, draft.revision, "", "test").await.unwrap();
    }
    path.replace("{version}", &published.version.to_string())
}

async fn with_user_test(world: &World, path: &str, project: ProjectId) -> String {
    let made = world.catalog.create_user_test(project, &NewUserTest { name: unique_name(world), definition: user_test() }, "test").await.unwrap();
    world.catalog.publish_user_test(project, &made.id, "test").await.unwrap();
    let note = NewUserTestNote { participant: "p1".into(), task: None, text: "Hesitates".into(), tags: Vec::new() };
    let note = world.catalog.add_user_test_note(project, &made.id, &note, "test").await.unwrap();
    path.replace("{user_test}", &made.id).replace("{note}", &note.id)
}

async fn report(world: &World, project: ProjectId) -> String {
    let new = NewReport { name: "Sign-ups".into(), kind: "trend".into(), question: question(), view: json!({}) };
    world.catalog.create_report(project, &new, "test").await.unwrap().id
}

async fn cohort(world: &World, project: ProjectId) -> String {
    let new = NewCohort { name: unique_name(world), description: String::new(), definition: json!({"people": ["u1"]}) };
    world.catalog.create_cohort(project, &new, "test").await.unwrap().id
}

async fn custom_event(world: &World, project: ProjectId) -> String {
    let new = NewCustomEvent { name: unique_name(world), description: String::new(), made_of: json!({"event": "Order"}) };
    world.catalog.create_custom_event(project, &new, "test").await.unwrap().id
}

/// Somebody who was invited to the project and has not come.
async fn invited(world: &World, project: ProjectId) -> String {
    let email = format!("{}@courriel.example", unique_name(world).replace(' ', "."));
    world.catalog.invite(project, &email, Role::Viewer, Language::English).await.unwrap().0.id
}

/// No two have the same name.
fn unique_name(world: &World) -> String {
    world.wait_ms(1);
    format!("Number {}", world.now_ms())
}

/// A recording with a note and a link.
async fn with_recording(world: &World, path: &str, project: ProjectId) -> String {
    let session = crate::recording::kept(world, project).await;
    let note = NewRecordingNote { text: "look".into(), tags: Vec::new(), from_ms: 0, to_ms: None };
    let note = world.catalog.add_recording_note(project, &session, &note, "test").await.unwrap().id;
    let (share, token) = world.catalog.share_recording(project, &session, 0, 3_600_000, "test").await.unwrap();
    path.replace("{session}", &session).replace("{segment}", "0").replace("{note}", &note).replace("{share}", &share.id).replace("{token}", &token)
}

/// A study with somebody, of whom a note and a file are kept.
async fn with_interview(world: &World, path: &str, project: ProjectId) -> String {
    let (study, participant) = crate::interview::kept(world, project).await;
    let new = NewInterviewNote { text: "look".into(), tags: Vec::new(), at_ms: 0, to_ms: None, is_highlight: false };
    let note = world.catalog.add_interview_note(&participant, &new, "test").await.unwrap().id;
    let bytes = futures::stream::iter([Ok::<_, String>(b"hello".to_vec())]);
    let file = world.catalog.keep_interview_file(&participant, "other", "a.txt", "test", bytes).await.unwrap().id;
    let path = path.replace("{study}", &study).replace("{participant}", &participant).replace("{note}", &note).replace("{file}", &file);
    if path.ends_with("/files") { format!("{path}?name=a.txt&kind=other") } else { path }
}

/// The definition of an alert on a metric of the first project.
async fn alert_of(world: &World) -> Value {
    let metric = NewDefinition { name: unique_name(world), definition: metric() };
    let metric = world.catalog.create_definition(world.project.id, DefinitionKind::Metric, &metric, "test").await.unwrap().id;
    json!({"metric": metric, "when": {"kind": "above", "value": 1}})
}

async fn alert(world: &World, project: ProjectId) -> String {
    let metric = NewDefinition { name: unique_name(world), definition: metric() };
    let metric = world.catalog.create_definition(project, DefinitionKind::Metric, &metric, "test").await.unwrap().id;
    let definition = json!({"metric": metric, "when": {"kind": "above", "value": 1}, "webhook": {"url": "https://hooks.courriel.example/alerts"}});
    let new = NewDefinition { name: unique_name(world), definition };
    let made = world.catalog.create_definition(project, DefinitionKind::Alert, &new, "test").await.unwrap().id;
    world.catalog.watch_alert(project, &made, true).await.unwrap();
    made
}

async fn key(world: &World, project: ProjectId) -> String {
    world.catalog.create_api_key(project, "CI", &Scopes::new([Scope::Read]), "test").await.unwrap().0.id
}

fn survey() -> Value {
    json!({"languages": ["en"], "questions": [{"id": "q1", "kind": "nps", "text": {"en": "Would you recommend us?"}}, {"id": "why", "kind": "long", "text": {"en": "Why?"}}], "ends": [{"id": "e1", "title": {"en": "Thanks"}}], "triggers": [{"on": "load"}]})
}

fn metric() -> Value {
    json!({"question": {"kind": "trend", "series": [{"select": {"event": "Sign up"}, "measure": "unique"}], "interval": "week"}})
}

fn task() -> Value {
    json!({"start": [{"page": "/campaigns/new"}], "completion": [{"event": "Campaign sent"}], "steps": [{"id": "audience", "page": "/audience"}]})
}

fn user_test() -> Value {
    json!({
        "languages": ["en"], "url": "https://example.com/", "intro": {"en": "Help us"}, "end": {"title": {"en": "Thanks"}},
        "tasks": [{"id": "lamp", "title": {"en": "Find a lamp"}, "scenario": {"en": "You want a lamp for your desk."}}],
    })
}

fn question() -> Value {
    json!({"kind": "trend", "series": [{"select": {"event": "Sign up"}, "measure": "total"}], "interval": "day", "range": {"last": 7, "unit": "day"}})
}

async fn body(world: &World, method: &str, path: &str) -> Option<Value> {
    let body = match (method, path) {
        ("get" | "delete", _) => return None,
        (_, "/api/setup") => json!({"token": "setup_guess", "email": "a@b.c", "name": "A", "password": "correct horse"}),
        (_, "/api/session") => json!({"email": "root@courriel.example", "password": crate::world::PASSWORD}),
        (_, "/api/session/link") => {
            let user = world.catalog.user_by_email("root@courriel.example").await.unwrap().unwrap();
            json!({"token": world.catalog.create_sign_in_link(&user).await.unwrap()})
        }
        (_, "/api/invitation/look") => json!({"token": "link_guess"}),
        (_, "/api/invitation") => json!({"token": "link_guess", "name": "Bo", "password": crate::world::PASSWORD}),
        (_, "/api/users/{user}") => json!({"everywhere": "viewer"}),
        (_, path) if path.ends_with("/members") => json!({"email": format!("{}@courriel.example", unique_name(world).replace(' ', ".")), "role": "viewer"}),
        (_, path) if path.ends_with("/members/{user}") => json!({"role": "editor"}),
        (_, "/api/me") => json!({"name": "Ada"}),
        (_, "/api/projects") => json!({"name": "New", "timezone": "UTC"}),
        (_, "/api/projects/{project}") => json!({"name": "Courriel"}),
        (_, path) if path.ends_with("/keys") => json!({"name": "CI", "scopes": ["read"]}),
        (_, path) if path.ends_with("/query") => question(),
        (_, path) if path.ends_with("/plan/publish") => {
            let draft = world.catalog.plan_draft(world.project.id).await.unwrap();
            json!({"revision": draft.map_or(0, |draft| draft.revision)})
        }
        (_, path) if path.ends_with("/plan/adopt") => json!({"seen": [{"event": "Sign up"}]}),
        (_, path) if path.ends_with("/plan/import") => json!({"text": "entityType,entityName\nevent,Sign up\n"}),
        (_, path) if path.contains("/plan/quarantine/") => json!({"all": true}),
        (_, path) if path.contains("/plan/") => json!({"document": {"plan": 1, "events": {}}}),
        (_, path) if path.ends_with("/replay") => json!({"all": true}),
        (_, path) if path.ends_with("/recordings/delete") => json!({"person": "u1"}),
        (_, path) if path.ends_with("/interviews/{study}/status") => json!({"status": "paused"}),
        (_, path) if path.ends_with("/{participant}/status") => json!({"status": "cancelled"}),
        (_, path) if path.ends_with("/{participant}/person") => json!({"person": "u1"}),
        (_, path) if path.ends_with("/busy") => json!({"name": "a.ics", "ics": "BEGIN:VCALENDAR\nEND:VCALENDAR\n"}),
        (_, path) if path.ends_with("/participants") => {
            json!({"people": [{"email": format!("{}@courriel.example", unique_name(world).replace(' ', "."))}], "source": "pasted"})
        }
        (_, path) if path.contains("/{participant}/notes") => json!({"text": "look again", "at_ms": 1000}),
        (_, path) if path.ends_with("/{participant}/files") => json!("the bytes of a file"),
        (_, path) if path.contains("/interviews") => json!({"title": unique_name(world), "definition": crate::interview::definition()}),
        ("patch", path) if path.contains("/notes/") => json!({"text": "look again"}),
        (_, path) if path.ends_with("/user-tests/{user_test}/notes") => json!({"participant": "p1", "text": "Hesitates"}),
        (_, path) if path.ends_with("/notes") => json!({"text": "look", "from_ms": 0}),
        (_, path) if path.ends_with("/recording-settings") => json!({"is_on": true, "masking": "strict", "keep_days": 30}),
        (_, path) if path.ends_with("/identities") => json!({"identities": [{"identity": "split", "from": "u2", "time": 1}]}),
        (_, path) if path.ends_with("/merge") => json!({"from": "u2"}),
        (_, path) if path.ends_with("/split") => json!({"identity": "u2"}),
        (_, path) if path.ends_with("/cohorts/{cohort}/people") => json!(["u1", "u2"]),
        (_, path) if path.contains("/custom-properties") => json!({"name": unique_name(world), "formula": "=amount"}),
        (_, path) if path.ends_with("/page-mappings/check") => json!({"rules": []}),
        (_, path) if path.ends_with("/page-mappings/suggestions") => json!({}),
        (_, path) if path.contains("/page-mappings") => json!({"name": unique_name(world), "rules": [{"value": "/orders/*", "group": "Orders"}]}),
        (_, path) if path.contains("/lookups") => json!({"name": unique_name(world), "csv": "id,name\nP1,x\n"}),
        (_, path) if path.contains("/custom-events") => json!({"name": unique_name(world), "made_of": {"event": "Order"}}),
        (_, path) if path.ends_with("/friction-weights") => json!({"weights": {"rage_click": {"points": 5}}}),
        (_, path) if path.ends_with("/surveys/{survey}/page") => json!({"slug": unique_name(world).replace(' ', "-"), "is_open": true}),
        (_, path) if path.ends_with("/surveys/{survey}/links") => json!({"people": ["u1"]}),
        (_, path) if path.ends_with("/surveys/{survey}/alerts") => json!({"webhook": "https://hooks.courriel.example/answers"}),
        (_, path) if path.ends_with("/surveys/check") => json!({"definition": survey()}),
        (_, path) if path.ends_with("/surveys/{survey}/status") => json!({"status": "paused"}),
        (_, path) if path.ends_with("/metrics/{metric}/why") => json!({}),
        (_, path) if path.ends_with("/alerts/{alert}/test") => json!({}),
        (_, path) if path.ends_with("/alerts/preview") => json!({"definition": alert_of(world).await}),
        (_, path) if path.ends_with("/alerts") || path.ends_with("/alerts/{alert}") => json!({"name": unique_name(world), "definition": alert_of(world).await}),
        (_, path) if path.contains("/annotations") => json!({"text": unique_name(world), "at": "2026-01-01T00:00:00Z"}),
        (_, path) if path.ends_with("/metrics/value") => json!({"definition": metric()}),
        (_, path) if path.contains("/metrics") => json!({"name": unique_name(world), "definition": metric()}),
        (_, path) if path.contains("/metric-trees") => json!({"name": unique_name(world), "definition": {"nodes": []}}),
        (_, path) if path.ends_with("/tiles/{tile}") || path.contains("/links") => json!({}),
        (_, path) if path.ends_with("/unlock") => json!({"password": "wrong horse"}),
        (_, path) if path.contains("/boards") => json!({"name": unique_name(world), "definition": {"tiles": []}}),
        (_, path) if path.ends_with("/tasks/check") => json!({"definition": task()}),
        (_, path) if path.ends_with("/scorecard") || path.ends_with("/attempts") => json!({}),
        (_, path) if path.contains("/tasks") => json!({"name": unique_name(world), "definition": task()}),
        (_, path) if path.ends_with("/themes/corrections") => json!({"question": "why", "correction": {"kind": "hide", "theme": ["#speed"]}}),
        (_, path) if path.ends_with("/user-tests/check") => json!({"definition": user_test()}),
        (_, path) if path.ends_with("/user-tests/{user_test}/status") => json!({"status": "paused"}),
        (_, path) if path.ends_with("/results") || path.ends_with("/themes") || path.ends_with("/responses") || path.ends_with("/publish") => json!({}),
        (_, path) if path.contains("/user-tests") => json!({"name": unique_name(world), "definition": user_test()}),
        (_, path) if path.contains("/surveys") => json!({"name": unique_name(world), "definition": survey()}),
        (_, path) if path.contains("/cohorts") => json!({"name": unique_name(world), "definition": {"did": {"event": "Sign up"}}}),
        (_, path) if path.contains("/reports") => json!({"name": "Sign-ups", "question": question()}),
        _ => json!({}),
    };
    Some(body)
}

#[test]
fn every_route_has_a_row_and_every_row_a_route() {
    let document = serde_json::to_value(sillage_api::openapi()).unwrap();
    let routes = document["paths"].as_object().unwrap().iter();
    let mut routes: Vec<(String, String)> =
        routes.flat_map(|(path, item)| item.as_object().unwrap().keys().map(|method| (method.clone(), path.clone()))).collect();
    let mut rows: Vec<(String, String)> = TABLE.iter().map(|(method, path, _)| ((*method).to_owned(), (*path).to_owned())).collect();
    routes.sort();
    rows.sort();
    assert_eq!(routes, rows, "say in the table who may use each route");
}

#[tokio::test]
async fn only_those_who_may_are_let_in() {
    let by = MailBy { server: "mail.courriel.example:587".into(), from: "sillage@courriel.example".into() };
    let world = World::with(Options { mail: Some(by), ..Options::default() }).await;
    world.send_events(json!([{"event": "Sign up", "distinct_id": "u1", "time": "2025-10-09T08:00:00Z"}])).await.expect(200);
    let merged = As::Bearer(world.catalog.create_api_key(world.project.id, "x", &Scopes::new([Scope::Write]), "test").await.unwrap().1);
    world.post(&world.path("/people/u1/merge"), &merged, json!({"from": "u2"})).await.expect(204);
    for somebody in everybody(&world).await {
        for (method, path, needed) in TABLE {
            let url = filled(&world, path, world.project.id).await;
            let answer = world.call(&method.to_uppercase(), &url, &somebody.who, body(&world, method, path).await).await;
            let status = answer.status.as_u16();
            let case = format!("{} {method} {path}: {}", somebody.name, answer.text);
            match (somebody.expected)(*needed) {
                Some(expected) => assert_eq!(status, expected, "{case}"),
                // The doors for events ask for a key of their own; recordings are refused to everybody.
                None if *needed == For::Everybody => assert!(status < 500 && status != 404, "{status} {case}"),
                None => assert!((200..300).contains(&status), "{status} {case}"),
            }
        }
    }
}

#[tokio::test]
async fn what_belongs_to_another_project_answers_like_what_does_not_exist() {
    let world = World::new().await;
    let admin = world.member(Role::Admin).await;
    for (method, path, needed) in TABLE {
        let named = [
            "{report}",
            "{board}",
            "{cohort}",
            "{custom_event}",
            "{custom_property}",
            "{lookup}",
            "{page_mapping}",
            "{survey}",
            "{task}",
            "{user_test}",
            "{version}",
            "{study}",
            "{key}",
            "{user}",
            "{session}",
        ];
        if !named.iter().any(|one| path.contains(one)) || !path.contains("{project}") {
            continue;
        }
        let foreign = filled(&world, path, world.other.id).await;
        let missing = path
            .replace("{project}", &world.project.id.to_string())
            .replace("{report}", "none")
            .replace("{board}", "none")
            .replace("{tile}", "none")
            .replace("{link}", "none")
            .replace("{cohort}", "none")
            .replace("{custom_event}", "none")
            .replace("{custom_property}", "none")
            .replace("{lookup}", "none")
            .replace("{page_mapping}", "none")
            .replace("{survey}", "none")
            .replace("{task}", "none")
            .replace("{user_test}", "none")
            .replace("{version}", "none")
            .replace("{study}", "none")
            .replace("{participant}", "none")
            .replace("{file}", "none")
            .replace("{key}", "none")
            .replace("{user}", "none")
            .replace("{session}", "none")
            .replace("{segment}", "0")
            .replace("{note}", "none")
            .replace("{share}", "none");
        let missing = if path.ends_with("/themes/corrections") { format!("{missing}?id=1") } else { missing };
        let missing = if path.ends_with("/why") { format!("{missing}?person=u1") } else { missing };
        let missing = if path.ends_with("/files") { format!("{missing}?name=a.txt&kind=other") } else { missing };
        let mut answers = Vec::new();
        for url in [foreign, missing] {
            let answer = world.call(&method.to_uppercase(), &url, &admin, body(&world, method, path).await).await;
            answers.push((answer.status.as_u16(), answer.text));
        }
        assert_eq!(answers[0], answers[1], "{method} {path} {needed:?}");
        assert_eq!(answers[0].0, 404, "{method} {path}");
    }
    for project in ["2", "99", "0", "-1", "x", "4294967296", "1%00"] {
        let answer = world.get(&format!("/api/projects/{project}/names"), &admin).await.expect(404);
        assert_eq!(answer.code(), "not_found");
    }
}
