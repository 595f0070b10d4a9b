//! The small things that change: projects, the people who log in, their sessions, keys, saved reports and cohorts, profiles, settings,
//! mails that wait to be sent, and who did what.
//!
//! It is the only crate that speaks SQL to the small database (SQLite in the data folder; the SQL is kept plain so that
//! PostgreSQL can join). It holds no events, and knows no HTTP: who may do what is decided in `api`, from the roles and scopes kept here.
//!
//! What must stay true: a secret is stored only as its hash; a project's row is reached only together with its project id;
//! a change of profiles and the position in the feed it came from are one transaction, so each change is applied once;
//! the audit log only grows.

mod alert;
mod annotation;
mod audit;
mod clock;
mod cohort;
mod custom_event;
mod custom_property;
mod database;
mod definition;
mod error;
mod friction_weights;
mod interview;
mod key;
mod lookup;
mod mail;
mod member;
mod page_mapping;
mod password;
mod plan;
mod plan_violation;
mod post;
mod profile;
mod profile_history;
mod profile_limit;
mod profile_scan;
mod project;
mod recording;
mod report;
mod secret;
mod session;
mod setting;
mod setup;
mod share_link;
mod signature;
mod survey;
mod survey_alert;
mod survey_page;
mod task;
mod theme_correction;
mod user;
mod user_test;

pub use alert::{AlertEvent, AlertState, DueAlert, Judgement, NewAlertEvent};
pub use annotation::{Annotation, AnnotationKind, NewAnnotation};
pub use audit::{AuditEntry, NewAuditEntry};
pub use clock::Clock;
pub use cohort::{Cohort, NewCohort};
pub use custom_event::{CustomEvent, NewCustomEvent};
pub use custom_property::{CustomProperty, NewCustomProperty};
pub use database::{Catalog, CatalogOptions};
pub use definition::{Definition, DefinitionKind, DefinitionVersion, NewDefinition};
pub use error::CatalogError;
pub use friction_weights::FrictionWeights;
pub use interview::{
    BookedTalk, Consent, ConsentGiven, Interview, InterviewDeleted, InterviewFile, InterviewLink, InterviewNote, InterviewStatus, InterviewStudy,
    MAX_INTERVIEW_FILE_BYTES, NewInterview, NewInterviewNote, NewInterviewStudy, StudyStatus,
};
pub use key::{ApiKey, Scope, Scopes};
pub use lookup::{LookupTable, NewLookupTable};
pub use mail::{Delivery, MAIL_KEPT_MS, MAIL_LIFETIME_MS, Mail, MailPart, MailState, NewMail, mail_address};
pub use member::{Account, INVITATION_LIFETIME_MS, Invitation};
pub use page_mapping::{NewPageMapping, PageMapping, PageMappingVersion};
pub use plan::{PlanDraft, PlanVersion};
pub use plan_violation::{PlanViolation, ViolationsQuery};
pub use post::{NewPost, Post};
pub use profile::{Applied, PeoplePage, PreparedProfiles, Profile, ProfileKind};
pub use profile_history::PastChange;
pub use profile_limit::{LeftOut, MAX_PROFILE_BYTES, MAX_PROFILE_PROPERTIES};
pub use profile_scan::{ProfileCursor, ProfilesPage};
pub use project::{NewProject, Project, ProjectChange, WeekStart};
pub use recording::{MAX_KEEP_DAYS, MAX_SHARE_MS, NewRecordingNote, RecordingNote, RecordingSettings, RecordingShare};
pub use report::{NewReport, Report};
pub use session::{LINK_LIFETIME_MS, SESSION_LIFETIME_MS, Session};
pub use share_link::{SHARE_PASS_LIFETIME_MS, ShareKind, ShareLink, ShareTerms, Shared};
pub use signature::{post_signature, random_id};
pub use survey::{NewSurvey, RunningSurvey, Survey, SurveyStatus, SurveyVersion};
pub use survey_alert::{SurveyAlerts, Telling};
pub use survey_page::{NewSurveyPage, SurveyPage};
pub use task::{NewTask, Task, TaskVersion};
pub use theme_correction::ThemeCorrection;
pub use user::{Language, MAX_PASSWORD_BYTES, MIN_PASSWORD_CHARS, NewUser, Role, User, UserChange};
pub use user_test::{NewUserTest, NewUserTestNote, RunningUserTest, UserTest, UserTestNote, UserTestVersion};
