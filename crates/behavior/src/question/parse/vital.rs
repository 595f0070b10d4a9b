//! The fields of questions about speed and about errors.

use super::{
    limit,
    scope::{INTERVALS, read_instant},
};
use crate::{
    calendar::Unit,
    question::{
        Error, ErrorCell, ErrorPlace, Vital, VitalCell,
        fields::{Fields, Read, missing, not_allowed},
    },
    vital::{RATINGS, VITALS},
};

pub(super) fn read_vital(fields: &mut Fields<'_>) -> Read<Vital> {
    let interval = fields.choice("interval", INTERVALS)?.unwrap_or(Unit::Day);
    Ok(Vital { interval, limit: limit(fields, 50, 1000)? })
}

pub(super) fn read_error(fields: &mut Fields<'_>) -> Read<Error> {
    let interval = fields.choice("interval", INTERVALS)?.unwrap_or(Unit::Day);
    let release = fields.text("release")?.unwrap_or("$release").to_owned();
    Ok(Error { interval, release, limit: limit(fields, 50, 1000)? })
}

pub(super) fn read_vital_cell(fields: &mut Fields<'_>) -> Read<VitalCell> {
    let vital_path = fields.at("vital");
    let names: Vec<(&str, usize)> = VITALS.iter().enumerate().map(|(i, vital)| (vital.name, i)).collect();
    let vital = fields.choice("vital", &names)?.ok_or_else(|| missing(&vital_path, "lcp, inp, cls, fcp or ttfb"))?;
    let rating = fields.choice("rating", &RATINGS)?;
    let interval = read_instant(fields, "interval")?;
    let page = fields.text("page")?.map(str::to_owned);
    let selector_path = fields.at("selector");
    let selector = fields.text("selector")?.map(str::to_owned);
    if selector.is_some() && VITALS[vital].selector.is_none() {
        return Err(not_allowed(&selector_path, format!("no element is at fault for {}", VITALS[vital].name)));
    }
    Ok(VitalCell { vital, rating, interval, page, selector })
}

pub(super) fn read_error_cell(fields: &mut Fields<'_>) -> Read<ErrorCell> {
    let (fingerprint_path, status_path, url_path, of_path) = (fields.at("fingerprint"), fields.at("status"), fields.at("url"), fields.at("of"));
    let fingerprint = fields.text("fingerprint")?.map(str::to_owned);
    let method = fields.text("method")?.map(str::to_owned);
    let url = fields.text("url")?.map(str::to_owned);
    let status = fields.whole("status", 0, 999)?;
    let of = fields.choice("of", &[("errors", false), ("requests", true)])?;
    let interval = read_instant(fields, "interval")?;
    let page = fields.text("page")?.map(str::to_owned);
    let place = match (fingerprint, method, url, status, of) {
        (Some(fingerprint), None, None, None, None) => ErrorPlace::Error(fingerprint),
        (None, Some(method), Some(url), Some(status), None) => ErrorPlace::Request { method, url, status },
        (None, None, None, None, Some(is_requests)) => ErrorPlace::All { is_requests },
        (Some(_), ..) => return Err(not_allowed(&fingerprint_path, "names an error; leave out what names requests, and `of`")),
        (.., Some(_)) => return Err(not_allowed(&of_path, "stands for all errors or all requests; leave out what names one request")),
        (None, None, None, None, None) => {
            return Err(missing(&fingerprint_path, "an error, or `method`, `url` and `status` of a request, or `of`: errors or requests"));
        }
        (None, _, None, ..) => return Err(missing(&url_path, "the address of the request, beside its method and status")),
        _ => return Err(missing(&status_path, "the status of the request, beside its method and url")),
    };
    Ok(ErrorCell { place, interval, page })
}
