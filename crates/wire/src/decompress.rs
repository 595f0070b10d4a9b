//! The one door of decompression.
//!
//! One encoding is taken off, never a second one, and never beyond the limit. What goes beyond 4 MiB is measured before it gets room, so a bomb costs no
//! more than these; the few honest bodies as large are unpacked twice. A zstd frame that asks for a window over 8 MiB is refused before the window is
//! allocated.

use crate::WireError;
use bytes::Bytes;
use flate2::bufread::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};
use std::{
    borrow::Cow,
    io::{self, Read},
};

const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];
/// What zstd itself uses at its highest ordinary level (19).
const ZSTD_WINDOW_LOG_MAX: u32 = 23;
/// What is unpacked without being measured first.
const UNMEASURED_BYTES: usize = 4 << 20;

/// Decompresses `body` as `encoding` (the header `Content-Encoding`) says, up to `limit` bytes. Without an encoding, gzip is recognised by its
/// first two bytes.
///
/// # Errors
/// 413 over the limit, 415 for an unknown or stacked encoding, 400 when the bytes are not what the encoding says.
pub fn decompress(encoding: Option<&str>, body: &[u8], limit: usize) -> Result<Bytes, WireError> {
    Ok(match decompressed(encoding, body, limit)? {
        Cow::Borrowed(plain) => Bytes::copy_from_slice(plain),
        Cow::Owned(plain) => Bytes::from(plain),
    })
}

/// As [`decompress`], without a copy when the body is plain.
pub(crate) fn decompressed<'a>(encoding: Option<&str>, body: &'a [u8], limit: usize) -> Result<Cow<'a, [u8]>, WireError> {
    // What events pack to.
    let usual = body.len().saturating_mul(4);
    let plain = match Encoding::read(encoding, body)? {
        Encoding::None if body.len() > limit => return Err(WireError::DecompressedTooLarge { limit }),
        Encoding::None => return Ok(Cow::Borrowed(body)),
        Encoding::Gzip => read_up_to("gzip", || Ok(MultiGzDecoder::new(body)), size_in_gzip(body).unwrap_or(usual), limit),
        Encoding::Deflate if is_zlib(body) => read_up_to("deflate", || Ok(ZlibDecoder::new(body)), usual, limit),
        Encoding::Deflate => read_up_to("deflate", || Ok(DeflateDecoder::new(body)), usual, limit),
        Encoding::Zstd => {
            let decoder = || {
                let mut decoder = zstd::Decoder::with_buffer(body)?;
                decoder.window_log_max(ZSTD_WINDOW_LOG_MAX)?;
                Ok(decoder)
            };
            read_up_to("zstd", decoder, size_in_zstd(body).unwrap_or(usual), limit)
        }
    };
    plain.map(Cow::Owned)
}

/// Packs a reply for who accepts zstd.
///
/// # Errors
/// When there is no memory.
pub fn compress_zstd(plain: &[u8]) -> std::io::Result<Vec<u8>> {
    zstd::bulk::compress(plain, 1)
}

enum Encoding {
    None,
    Gzip,
    Deflate,
    Zstd,
}

impl Encoding {
    fn read(header: Option<&str>, body: &[u8]) -> Result<Self, WireError> {
        let header = header.unwrap_or_default().trim();
        let mut named = header.split(',').map(str::trim).filter(|one| !one.is_empty() && !one.eq_ignore_ascii_case("identity"));
        let Some(encoding) = named.next() else {
            return Ok(if body.starts_with(&GZIP_MAGIC) { Self::Gzip } else { Self::None });
        };
        if named.next().is_some() {
            return Err(WireError::StackedEncodings(shown(header)));
        }
        match encoding.to_ascii_lowercase().as_str() {
            "gzip" | "x-gzip" => Ok(Self::Gzip),
            "deflate" => Ok(Self::Deflate),
            "zstd" => Ok(Self::Zstd),
            _ => Err(WireError::UnsupportedEncoding(shown(encoding))),
        }
    }
}

/// `deflate` means zlib in HTTP, but some clients send the bare stream.
fn is_zlib(body: &[u8]) -> bool {
    matches!(body, [method, flags, ..] if method & 0x0f == 8 && (u16::from(*method) * 256 + u16::from(*flags)) % 31 == 0)
}

/// The plain size as the end of a gzip body says it. It is a hint: a body may have several parts, or lie.
fn size_in_gzip(body: &[u8]) -> Option<usize> {
    let (_, size) = body.split_last_chunk::<4>()?;
    usize::try_from(u32::from_le_bytes(*size)).ok()
}

/// The plain size as the head of a zstd frame says it, if it does. It is a hint as well.
fn size_in_zstd(body: &[u8]) -> Option<usize> {
    usize::try_from(zstd::zstd_safe::get_frame_content_size(body).ok()??).ok()
}

/// Reads what `decoder` starts over each time it is made. A `hint` of the size spares moving what is read as it grows.
fn read_up_to<R: Read>(encoding: &'static str, decoder: impl Fn() -> io::Result<R>, hint: usize, limit: usize) -> Result<Vec<u8>, WireError> {
    let bad = |reason: io::Error| WireError::BadCompression { encoding, reason: reason.to_string() };
    let in_all = |bytes: usize| u64::try_from(bytes).unwrap_or(u64::MAX);
    let unmeasured = UNMEASURED_BYTES.min(limit);
    let mut reader = decoder().map_err(bad)?.take(in_all(limit.saturating_add(1)));
    let mut plain = Vec::with_capacity(hint.min(unmeasured));
    reader.by_ref().take(in_all(unmeasured)).read_to_end(&mut plain).map_err(bad)?;
    if plain.len() < unmeasured {
        return Ok(plain);
    }
    let beyond = io::copy(&mut reader, &mut io::sink()).map_err(bad)?;
    if beyond == 0 {
        return Ok(plain);
    }
    let size = usize::try_from(beyond).unwrap_or(usize::MAX).saturating_add(plain.len());
    if size > limit {
        return Err(WireError::DecompressedTooLarge { limit });
    }
    drop(plain);
    let mut plain = Vec::with_capacity(size);
    decoder().map_err(bad)?.read_to_end(&mut plain).map_err(bad)?;
    Ok(plain)
}

fn shown(header: &str) -> String {
    header.chars().take(80).collect()
}
