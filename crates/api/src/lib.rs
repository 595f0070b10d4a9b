//! The HTTP doors, one file per capability, and the OpenAPI document that is made from them.
//!
//! A handler reads what was asked, says who may, asks the part of the system that knows, and answers in words of its own
//! (the types that cross the door live here, not inside). It knows the store and the engine only as `Append`, `Ask` and `Browse`.
//!
//! What must stay true: every route under `/api/projects/{project}` goes through [`access`], and a foreign project answers like a missing one;
//! bodies are read under caps and with a deadline; a reply of success to events means that they are kept; bad data never answers 5xx.

mod access;
mod addressee;
mod alert;
mod annotation;
mod board;
mod body;
mod browse;
mod client_address;
mod cohort;
mod contract;
mod custom_event;
mod custom_property;
mod definition;
mod door;
mod embedded;
mod error;
mod event;
mod export;
mod friction_weights;
mod guard;
mod ingest;
mod interview;
mod key;
mod live;
mod lookup;
mod mail;
mod member;
mod metric;
mod mixpanel;
mod page_mapping;
mod person;
mod plan;
mod project;
mod query;
mod recording;
mod refused;
mod report;
mod serve;
mod session;
mod share;
mod state;
mod status;
mod survey;
mod tag;
mod task;
mod throttle;
mod time;
mod ui;
mod user_test;
mod written;

pub use alert::watch_alerts;
pub use client_address::{Network, NetworkError};
pub use door::HealthCheck;
pub use plan::count_violations;
pub use serve::{ServeOptions, serve};
pub use state::{Api, MailBy, Options, Parts};
pub use survey::tell_of_answers;
pub use tag::{TagPath, TagPathError};

use axum::{Router, middleware};
use tower_http::catch_panic::CatchPanicLayer;
use utoipa_axum::router::OpenApiRouter;

/// Everything that is served: `/api`, the doors for events, health, the tag, and the screens.
pub fn router(api: Api) -> Router {
    let (private, _) = private_routes().split_for_parts();
    let private = private.method_not_allowed_fallback(error::on_wrong_method).layer(middleware::from_fn_with_state(api.clone(), guard::private));
    let (public, _) = public_routes().split_for_parts();
    let public = public
        .merge(mixpanel::twins())
        .merge(mixpanel::renamed(&api.options.tag_path))
        .method_not_allowed_fallback(error::on_wrong_method)
        .layer(middleware::from_fn(guard::public));
    let (plain, _) = status::plain_routes().split_for_parts();
    private
        .merge(public)
        .merge(plain)
        .merge(tag::routes(&api.options.tag_path))
        .merge(survey::page_routes())
        .merge(user_test::pages())
        .merge(interview::pages())
        .merge(share::page_routes())
        .fallback(ui::serve)
        .layer(CatchPanicLayer::custom(error::on_panic))
        .with_state(api)
}

/// The contract of everything but the screens.
#[must_use]
pub fn openapi() -> impl serde::Serialize {
    document()
}

fn document() -> contract::Contract {
    contract::complete(private_routes().merge(public_routes()).merge(status::plain_routes()).into_openapi())
}

/// For people and programs that are known.
fn private_routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .merge(status::routes())
        .merge(session::routes())
        .merge(project::routes())
        .merge(key::routes())
        .merge(member::routes())
        .merge(mail::routes())
        .merge(query::routes())
        .merge(browse::routes())
        .merge(live::routes())
        .merge(refused::routes())
        .merge(person::routes())
        .merge(report::routes())
        .merge(board::routes())
        .merge(metric::routes())
        .merge(alert::routes())
        .merge(annotation::routes())
        .merge(cohort::routes())
        .merge(custom_event::routes())
        .merge(custom_property::routes())
        .merge(lookup::routes())
        .merge(friction_weights::routes())
        .merge(page_mapping::routes())
        .merge(plan::routes())
        .merge(survey::routes())
        .merge(task::routes())
        .merge(user_test::routes())
        .merge(interview::routes())
        .merge(export::routes())
        .merge(recording::routes())
        .merge(recording::shared_routes())
        .merge(share::routes())
}

/// For everybody's browsers and servers: events only go in.
fn public_routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .merge(event::routes())
        .merge(mixpanel::routes())
        .merge(recording::public_routes())
        .merge(survey::public_routes())
        .merge(user_test::public_routes())
}
