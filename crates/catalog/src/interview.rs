//! Studies of interviews and those who take part: invited, booked, talked with, and forgotten on request.
//!
//! What must stay true: a time is given to one person, whoever asks at the same moment, since the check and the booking are one transaction;
//! a booking and the mails that tell of it are kept together or not at all; what is deleted of a person is gone from here, from the mails and from the disk.

mod file;
mod link;
mod note;
mod participant;
mod study;

pub use file::{InterviewFile, MAX_INTERVIEW_FILE_BYTES};
pub use link::InterviewLink;
pub use note::{InterviewNote, NewInterviewNote};
pub use participant::{BookedTalk, ConsentGiven, Interview, InterviewDeleted, InterviewStatus, NewInterview};
pub use study::{Consent, InterviewStudy, NewInterviewStudy, StudyStatus};

/// Under which the mails about somebody's interview are found.
fn about(participant: &str) -> String {
    format!("interview:{participant}")
}
