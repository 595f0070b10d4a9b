//! What an import came to, in words.

use super::sending::Sent;
use crate::say;
use std::{collections::BTreeMap, path::Path, time::Duration};

/// Records named for each reason.
const NAMED_RECORDS: usize = 5;

#[derive(Debug, Default)]
pub(crate) struct Summary {
    records: u64,
    accepted: u64,
    duplicates: u64,
    links_left: u64,
    refused: BTreeMap<String, Reason>,
    pub(super) took: Duration,
}

#[derive(Debug, Default)]
struct Reason {
    message: String,
    count: u64,
    numbers: Vec<u64>,
}

impl Summary {
    pub(super) fn add(&mut self, sent: Sent) {
        self.records += sent.records;
        self.accepted += sent.accepted;
        self.duplicates += sent.duplicates;
        self.links_left += sent.links_left;
        for one in sent.refused {
            let reason = self.refused.entry(one.code).or_default();
            reason.count += 1;
            if reason.numbers.len() < NAMED_RECORDS {
                reason.numbers.push(one.number);
                reason.message = one.message;
            }
        }
    }

    pub(super) fn n_records(&self) -> u64 {
        self.records
    }

    pub(crate) fn n_refused(&self) -> u64 {
        self.refused.values().map(|reason| reason.count).sum()
    }

    pub(crate) fn tell(&self, file: &Path) {
        let seconds = self.took.as_secs_f64();
        let pace = if seconds > 0.0 { format!(" in {seconds:.1} s, {} a second", counted((self.records as f64 / seconds) as u64)) } else { String::new() };
        let there = if self.duplicates > 0 { format!(", {} of them were there already", counted(self.duplicates)) } else { String::new() };
        say::line(format!("{}: {} of {} records kept{there}{pace}", file.display(), counted(self.accepted), counted(self.records)));
        if self.links_left > 0 {
            let links = counted(self.links_left);
            say::line(format!("{links} links between devices and users are left to the events; --api-key sk_… (scope write) takes them as they were"));
        }
        if self.refused.is_empty() {
            return;
        }
        say::line(format!("{} refused:", counted(self.n_refused())));
        let mut reasons: Vec<(&String, &Reason)> = self.refused.iter().collect();
        reasons.sort_by_key(|(_, reason)| std::cmp::Reverse(reason.count));
        for (code, reason) in reasons {
            let numbers: Vec<String> = reason.numbers.iter().map(|number| counted(number + 1)).collect();
            let more = if reason.count > NAMED_RECORDS as u64 { ", …" } else { "" };
            say::line(format!("  {} {code}: {} (record {}{more})", counted(reason.count), reason.message, numbers.join("; ")));
        }
    }
}

/// 1234567 as 1,234,567.
pub(super) fn counted(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}
