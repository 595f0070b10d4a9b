//! Pieces of recordings, as the tag and the official Mixpanel browser client send them: read under caps, made harmless, measured.
//!
//! A client's word is not enough: everything that the tag masks is masked again here by the same rules ([`scrub`], `packages/sdk/src/replay/scrub.ts`),
//! before anything of it rests anywhere. What would run, load or lead somewhere when it is played is taken out.
//!
//! # The path of a piece
//! name and key from the query → caps and decompression → envelope → for each event: known form → scrub → facts → stylesheets taken out → its bytes.
//!
//! # Codes of refusals
//! `missing_field`, `bad_field`, `wrong_name`, `body_too_large`, `decompressed_too_large`, `bad_compression`, `malformed_json`, `too_deep`, `too_many_events`,
//! `unknown_version`, `bad_time`, `no_events`.

mod address;
mod css;
mod digest;
mod form;
mod json;
mod scrub;
mod text;

pub use form::{RecordingError, RecordingLimits, RecordingRequest, read_mixpanel_name, read_mixpanel_piece, read_name, read_piece};
pub use scrub::{Known, Level};

#[cfg(test)]
mod tests;
