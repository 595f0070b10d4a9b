//! The letters of an interview, and the calendar file that goes with them. They are sent where mail is set up; elsewhere people copy them.

use super::words::words;
use crate::time::moment_words;
use crate::{Api, error::ApiError};
use sillage_behavior::interview::{
    Study,
    ics::{self, Attendee, Meeting, Method},
};
use sillage_catalog::{Interview, InterviewLink, InterviewStudy, MailPart, NewMail};

const HOUR_MS: i64 = 3_600_000;

/// The address that links in mails begin with, when mails can be sent at all. Without `--public-url` a mail could name no address that is surely ours.
pub(super) fn sent_from(api: &Api) -> Option<String> {
    api.options.mail.as_ref()?;
    api.options.public_url.as_deref().map(|url| url.trim_end_matches('/').to_owned())
}

/// What all letters of somebody need.
pub(super) struct Post {
    pub(super) title: String,
    pub(super) definition: Study,
    /// Of the personal link; without an address where mails are not sent.
    pub(super) link: String,
    pub(super) is_sent: bool,
    pub(super) now_ms: i64,
}

impl Post {
    pub(super) async fn of(api: &Api, study: &InterviewStudy, definition: &Study, participant: &str) -> Result<Self, ApiError> {
        let token = api.catalog.interview_token(&InterviewLink::Personal { participant: participant.to_owned() }).await?;
        let base = sent_from(api);
        Ok(Self {
            title: study.title.clone(),
            definition: definition.clone(),
            is_sent: base.is_some(),
            link: format!("{}/interview/{token}", base.or_else(|| api.options.public_url.clone()).unwrap_or_default().trim_end_matches('/')),
            now_ms: api.clock.now_ms(),
        })
    }

    /// For somebody who is to be created: the link is known once their id is.
    pub(super) fn with_link(&self, link: String) -> Self {
        Self { title: self.title.clone(), definition: self.definition.clone(), link, is_sent: self.is_sent, now_ms: self.now_ms }
    }

    fn to_guest(&self, interview: &Interview, kind: &'static str, subject: String, text: String) -> NewMail {
        let reply_to = (!self.definition.host.email.is_empty()).then(|| self.definition.host.email.clone());
        NewMail { kind, to: interview.email.clone(), reply_to, subject, text, ..NewMail::default() }
    }

    /// Asks somebody to take part; after their answers were looked at, to pick a time.
    pub(super) fn invitation(&self, interview: &Interview) -> NewMail {
        let is_french = interview.language == "fr";
        let words = words(is_french);
        let subject = match (is_french, interview.approved_at.is_some()) {
            (true, false) => format!("Invitation à un entretien : {}", self.title),
            (true, true) => format!("Choisissez un moment : {}", self.title),
            (false, false) => format!("An invitation to talk: {}", self.title),
            (false, true) => format!("Pick a time: {}", self.title),
        };
        let hello = hello(&interview.name, is_french);
        let own = self.definition.invitation.of(is_french).trim();
        let usual = if is_french {
            "Nous aimerions vous entendre : votre expérience nous aide à faire mieux."
        } else {
            "We would like to hear you: what you tell us helps us do better."
        };
        let body = if own.is_empty() { usual } else { own };
        let length = format!("{} {} {} {}", self.definition.minutes, words.minutes, words.with_host, self.definition.host.name);
        let incentive = self.definition.incentive.of(is_french).trim();
        let incentive =
            if incentive.is_empty() { String::new() } else { format!("{}{} {incentive}\n\n", words.incentive, if is_french { "\u{a0}:" } else { ":" }) };
        let text = format!("{hello}\n\n{body}\n\n{}\n{length}\n\n{incentive}{}\n{}\n", self.title, words.your_link, self.link);
        self.to_guest(interview, "interview_invitation", subject, text)
    }

    /// A time was booked, or another one was: to the guest and to the host, and the reminders.
    pub(super) fn confirmations(&self, interview: &Interview) -> Vec<NewMail> {
        let Some(talk) = interview.talk else { return Vec::new() };
        let is_french = interview.language == "fr";
        let words = words(is_french);
        let when = moment_words(talk.starts_at, interview.timezone.as_deref().unwrap_or(&self.definition.timezone), is_french);
        let subject = if is_french { format!("C’est réservé : {}", self.title) } else { format!("It is booked: {}", self.title) };
        let facts = format!(
            "{}\n{when}\n{} {} {} {}\n\n{}\n{}\n",
            self.title, self.definition.minutes, words.minutes, words.with_host, self.definition.host.name, words.join_later, self.definition.meeting_url
        );
        let text = format!("{}\n\n{}\n\n{facts}\n{}\n{}\n", hello(&interview.name, is_french), words.booked, words.your_link, self.link);
        let mut mails = vec![NewMail { parts: self.parts(interview, Method::Request), ..self.to_guest(interview, "interview_booked", subject, text) }];
        mails.extend(self.to_host(interview, Method::Request));
        for (hours, kind) in [(24, "interview_reminder_day"), (1, "interview_reminder_hour")] {
            let at = talk.starts_at - hours * HOUR_MS;
            if at <= self.now_ms {
                continue;
            }
            let subject = match (is_french, hours) {
                (true, 24) => format!("Demain : {}", self.title),
                (true, _) => format!("Dans une heure : {}", self.title),
                (false, 24) => format!("Tomorrow: {}", self.title),
                (false, _) => format!("In an hour: {}", self.title),
            };
            let text = format!("{}\n\n{facts}\n{}\n{}\n", hello(&interview.name, is_french), words.your_link, self.link);
            mails.push(NewMail { not_before: Some(at), not_after: Some(talk.starts_at), ..self.to_guest(interview, kind, subject, text) });
        }
        mails
    }

    /// The talk does not take place: to the guest and to the host.
    pub(super) fn cancellations(&self, interview: &Interview) -> Vec<NewMail> {
        let Some(talk) = interview.talk else { return Vec::new() };
        let is_french = interview.language == "fr";
        let when = moment_words(talk.starts_at, interview.timezone.as_deref().unwrap_or(&self.definition.timezone), is_french);
        let subject = if is_french { format!("Annulé : {}", self.title) } else { format!("Cancelled: {}", self.title) };
        let words = words(is_french);
        let text = format!("{}\n\n{}\n\n{}\n{when}\n", hello(&interview.name, is_french), words.cancelled, self.title);
        let mut mails = vec![NewMail { parts: self.parts(interview, Method::Cancel), ..self.to_guest(interview, "interview_cancelled", subject, text) }];
        mails.extend(self.to_host(interview, Method::Cancel));
        mails
    }

    /// Hosts read both: no account need stand behind their address.
    fn to_host(&self, interview: &Interview, method: Method) -> Option<NewMail> {
        let talk = interview.talk?;
        if self.definition.host.email.is_empty() {
            return None;
        }
        let when = |is_french| moment_words(talk.starts_at, &self.definition.timezone, is_french);
        let (done, fait) = if method == Method::Cancel { ("Cancelled", "Annulé") } else { ("Booked", "Réservé") };
        let who = if interview.name.is_empty() { interview.email.clone() } else { format!("{} <{}>", interview.name, interview.email) };
        let text = format!("{} / {}\n\n{}\n{who}\n{}\n{}\n", fait, done, self.title, when(true), when(false));
        Some(NewMail {
            kind: "interview_host",
            to: self.definition.host.email.clone(),
            reply_to: Some(interview.email.clone()),
            subject: format!("{fait} / {done}\u{a0}: {}", self.title),
            text,
            parts: self.parts(interview, method),
            ..NewMail::default()
        })
    }

    fn parts(&self, interview: &Interview, method: Method) -> Vec<MailPart> {
        let Some(text) = self.calendar_file(interview, method) else { return Vec::new() };
        let content_type = format!("text/calendar; charset=utf-8; method={}", method.as_str());
        vec![
            MailPart { name: "invite.ics".to_owned(), content_type: content_type.clone(), text: text.clone(), is_alternative: true },
            MailPart { name: "invite.ics".to_owned(), content_type, text, is_alternative: false },
        ]
    }

    /// The meeting for calendars, once there is a time.
    pub(super) fn calendar_file(&self, interview: &Interview, method: Method) -> Option<String> {
        let talk = interview.talk?;
        let words = words(interview.language == "fr");
        let meeting = Meeting {
            uid: format!("interview-{}@sillage", interview.id),
            sequence: interview.sequence,
            written_at_ms: interview.updated_at,
            start_ms: talk.starts_at,
            end_ms: talk.ends_at,
            summary: self.title.clone(),
            description: format!("{} {}\n{}\n\n{}\n{}", words.with_host, self.definition.host.name, self.definition.meeting_url, words.your_link, self.link),
            location: self.definition.meeting_url.clone(),
            organizer: Attendee { name: self.definition.host.name.clone(), email: self.definition.host.email.clone() },
            attendee: Attendee {
                name: if interview.name.is_empty() { interview.email.clone() } else { interview.name.clone() },
                email: interview.email.clone(),
            },
        };
        Some(ics::write(&meeting, method))
    }

    /// Only where mails are sent.
    pub(super) fn only_if_sent(&self, mails: Vec<NewMail>) -> Vec<NewMail> {
        if self.is_sent { mails } else { Vec::new() }
    }
}

fn hello(name: &str, is_french: bool) -> String {
    match (is_french, name.trim()) {
        (true, "") => "Bonjour,".to_owned(),
        (true, name) => format!("Bonjour {name},"),
        (false, "") => "Hello,".to_owned(),
        (false, name) => format!("Hello {name},"),
    }
}
