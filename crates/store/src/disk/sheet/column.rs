//! A column whose rows may miss a value, while its pages are read.

use super::{
    pages::{Head, Malformed},
    words::{Unpacker, hybrid},
};
use std::ops::Range;

/// How the pages of a column chunk are written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Form {
    pub(super) is_compressed: bool,
    pub(super) may_be_missing: bool,
    /// The encodings, in the format's own numbers, in which its values may stand.
    pub(super) encodings: &'static [i64],
}

/// Some of a page's values out of what stands behind its levels.
pub(super) type Values<N> = fn(&[u8], Range<usize>, &mut Vec<N>) -> Result<(), Malformed>;

pub(super) struct Column<N> {
    form: Form,
    values: Values<N>,
    /// Each row's value; any where there is none.
    pub(super) rows: Vec<N>,
    /// From the first missing value on: which rows have one.
    pub(super) is_set: Option<Vec<bool>>,
    levels: Vec<i32>,
    of_page: Vec<N>,
}

impl<N: Copy + Default> Column<N> {
    pub(super) fn new(form: Form, n_rows: usize, values: Values<N>) -> Self {
        Self { form, values, rows: Vec::with_capacity(n_rows), is_set: None, levels: Vec::new(), of_page: Vec::new() }
    }

    pub(super) fn add(&mut self, page: &[u8], n_rows: usize, rows: &[Range<usize>], unpacker: &mut Unpacker) -> Option<Result<(), Malformed>> {
        let head = Head::read(page).filter(|head| head.kind == Head::DATA && self.form.encodings.contains(&head.encoding) && head.n_values == n_rows as i64)?;
        Some(unpacker.body(&head, page, self.form).and_then(|body| self.add_body(body, rows)))
    }

    pub(super) fn add_body(&mut self, mut body: &[u8], rows: &[Range<usize>]) -> Result<(), Malformed> {
        let (Some(first), Some(last)) = (rows.first(), rows.last()) else { return Ok(()) };
        let wanted = first.start..last.end;
        self.levels.clear();
        self.of_page.clear();
        if self.form.may_be_missing {
            let (length, rest) = body.split_first_chunk::<4>().ok_or(Malformed)?;
            let levels = rest.get(..u32::from_le_bytes(*length) as usize).ok_or(Malformed)?;
            body = &rest[levels.len()..];
            hybrid(levels, 1, 0..wanted.end, &mut self.levels)?;
        }
        let n_set = |levels: &[i32]| levels.iter().map(|level| *level as usize).sum::<usize>();
        let set = if self.form.may_be_missing { n_set(&self.levels[..wanted.start])..n_set(&self.levels) } else { wanted.clone() };
        if !set.is_empty() {
            (self.values)(body, set.clone(), &mut self.of_page)?;
        }
        let places = |rows: &Range<usize>| rows.start - wanted.start..rows.end - wanted.start;
        if set.len() == wanted.len() {
            for rows in rows {
                self.rows.extend_from_slice(self.of_page.get(places(rows)).ok_or(Malformed)?);
            }
            if let Some(is_set) = &mut self.is_set {
                is_set.resize(self.rows.len(), true);
            }
            return Ok(());
        }
        let is_set = self.is_set.get_or_insert_with(|| vec![true; self.rows.len()]);
        let mut values = self.of_page.iter();
        let mut at = wanted.start;
        for rows in rows {
            let skipped: i32 = self.levels.get(at..rows.start).ok_or(Malformed)?.iter().sum();
            if skipped > 0 {
                values.nth(skipped as usize - 1);
            }
            for level in self.levels.get(rows.clone()).ok_or(Malformed)? {
                is_set.push(*level != 0);
                self.rows.push(if *level == 0 { N::default() } else { *values.next().ok_or(Malformed)? });
            }
            at = rows.end;
        }
        Ok(())
    }
}
