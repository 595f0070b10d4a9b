//! Links that guests are given: the id of what they open, signed, so that nothing need be kept and nobody can make one up.

use crate::{Catalog, CatalogError};

const PURPOSE: &str = "interview";

/// What a link opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InterviewLink {
    /// A study, to whoever has the link.
    Recruit { study: String },
    /// The invitation of one person.
    Personal { participant: String },
}

impl Catalog {
    /// The last part of a link's address.
    pub async fn interview_token(&self, link: &InterviewLink) -> Result<String, CatalogError> {
        let signed = match link {
            InterviewLink::Recruit { study } => format!("r{study}"),
            InterviewLink::Personal { participant } => format!("p{participant}"),
        };
        self.sign(PURPOSE, &signed).await
    }

    /// What a link opens; `None` for one that was not signed here.
    pub async fn interview_link(&self, token: &str) -> Result<Option<InterviewLink>, CatalogError> {
        let Some(signed) = self.signed(PURPOSE, token).await? else { return Ok(None) };
        let study = signed.strip_prefix('r').map(|study| InterviewLink::Recruit { study: study.to_owned() });
        Ok(study.or_else(|| signed.strip_prefix('p').map(|participant| InterviewLink::Personal { participant: participant.to_owned() })))
    }
}
