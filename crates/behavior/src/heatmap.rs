//! Heatmaps and zones: what page views of one page add up to, element by element and band by band (px.md 2.2).
//!
//! | word | here |
//! |---|---|
//! | page view | the parts of a page summary of one person that carry the same `$page_view_id` |
//! | depth | the lower edge of the lowest view, as a share of the page's height, capped at 1 |
//! | exposed | the element's middle line was in the view for at least 150 ms; the time counts from there on |
//! | attractiveness | page views exposed and clicked / page views exposed |
//! | recurrence | clicks / page views with a click |
//! | hesitation | from the last time that the pointer came upon the element to its first click |
//! | zone | elements looked at as one: exposed and hovered as long as the one of them that was longest, clicked as often as all of them, first where the first of them was |
//!
//! The unit is the page view unless a name says another. Sums are whole numbers, so that no order of adding changes an answer.

use sillage_event::page_summary::{N_BANDS, SummaryElement, SummaryPart};
use std::collections::HashMap;

/// Steps in which reach is told: 5 %, 10 %, … 100 % of the page.
pub const N_DEPTHS: usize = 20;
/// Cells of an element that clicks in it are gathered in, each way.
pub const CELLS_OF_ELEMENT: u32 = 16;
/// Cells of the page, across and down.
pub const PAGE_COLUMNS: u32 = 40;
pub const PAGE_ROWS: u32 = 160;
/// With fewer page views nothing is sure.
pub const FEWEST_PAGE_VIEWS: u64 = 100;
/// With fewer page views with a click, times before clicks are not shown.
pub const FEWEST_CLICKED: u64 = 30;
/// A pointer rested on an element when it did for so long.
const HOVERED_MS: u32 = 200;
const MICRO: u32 = 1_000_000;

/// By the width of the view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Device {
    Mobile,
    Tablet,
    Desktop,
}

pub const DEVICES: [(&str, Device); 3] = [("desktop", Device::Desktop), ("tablet", Device::Tablet), ("mobile", Device::Mobile)];

impl Device {
    /// `None` of a view that has no width.
    #[must_use]
    pub fn of(view_width: u32) -> Option<Self> {
        match view_width {
            0 => None,
            1..768 => Some(Self::Mobile),
            768..1024 => Some(Self::Tablet),
            _ => Some(Self::Desktop),
        }
    }
}

/// An element of one page view.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Seen {
    pub y_mid: u32,
    pub height: u32,
    pub exposed_ms: u32,
    pub clicks: u32,
    pub first_click_ms: Option<u32>,
    pub hesitation_ms: Option<u32>,
    pub hover_ms: u32,
    pub has_rage: bool,
    pub is_dead: bool,
    /// The goal was reached in the same session after the first click.
    pub has_converted: bool,
}

impl Seen {
    #[inline]
    fn of(told: &SummaryElement) -> Self {
        Self {
            y_mid: told.y_mid,
            height: told.height,
            exposed_ms: told.exposed_ms,
            clicks: told.clicks,
            first_click_ms: told.first_click_ms,
            hesitation_ms: told.first_click_ms.and(told.hesitation_ms),
            hover_ms: told.hover_ms,
            ..Self::default()
        }
    }

    /// Another part of the page view, or another element of the same name, tells more of it.
    pub fn add(&mut self, other: &Self) {
        self.add_times(other);
        self.exposed_ms = self.exposed_ms.saturating_add(other.exposed_ms);
        self.hover_ms = self.hover_ms.saturating_add(other.hover_ms);
        if (self.y_mid, self.height) == (0, 0) {
            (self.y_mid, self.height) = (other.y_mid, other.height);
        }
    }

    /// Another element of the same zone.
    fn join(&mut self, other: &Self) {
        self.add_times(other);
        self.exposed_ms = self.exposed_ms.max(other.exposed_ms);
        self.hover_ms = self.hover_ms.max(other.hover_ms);
        let (top, bottom) = (self.y_mid.saturating_sub(self.height / 2), self.y_mid + self.height / 2);
        let (other_top, other_bottom) = (other.y_mid.saturating_sub(other.height / 2), other.y_mid.saturating_add(other.height / 2));
        let (top, bottom) = if self.height == 0 && self.y_mid == 0 { (other_top, other_bottom) } else { (top.min(other_top), bottom.max(other_bottom)) };
        (self.y_mid, self.height) = (top + (bottom - top) / 2, bottom - top);
    }

    fn add_times(&mut self, other: &Self) {
        self.clicks = self.clicks.saturating_add(other.clicks);
        if let Some(first) = other.first_click_ms
            && self.first_click_ms.is_none_or(|own| first < own)
        {
            (self.first_click_ms, self.hesitation_ms) = (Some(first), other.hesitation_ms);
        }
        self.has_rage |= other.has_rage;
        self.is_dead |= other.is_dead;
        self.has_converted |= other.has_converted;
    }
}

/// What page views tell of an element, or of a zone.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sums {
    /// Page views that know where it is; middle and height in millionths of the page's height.
    pub placed: u64,
    pub y_micro: u64,
    pub height_micro: u64,
    pub exposed_views: u64,
    pub exposed_ms: u64,
    pub clicks: u64,
    pub clicked_views: u64,
    pub exposed_and_clicked_views: u64,
    pub hovered_views: u64,
    pub hover_ms: u64,
    pub rage_views: u64,
    pub dead_views: u64,
    pub first_clicks_ms: Vec<f64>,
    pub hesitations_ms: Vec<f64>,
    pub clicked_sessions: u64,
    pub clicked_people: u64,
    pub converted_people: u64,
    last_session: u32,
    last_person: u32,
    last_converted: u32,
}

impl Sums {
    #[inline]
    fn add(&mut self, seen: &Seen, doc_height: u32, who: Option<Who>) {
        // A signal alone does not say where its element is.
        if doc_height > 0 && (seen.y_mid, seen.height) != (0, 0) {
            self.placed += 1;
            self.y_micro += u64::from(share_of(seen.y_mid, doc_height, MICRO));
            self.height_micro += u64::from(share_of(seen.height, doc_height, MICRO));
        }
        let (is_exposed, is_clicked) = (seen.exposed_ms > 0, seen.clicks > 0);
        self.exposed_views += u64::from(is_exposed);
        self.exposed_ms += u64::from(seen.exposed_ms);
        self.clicks += u64::from(seen.clicks);
        self.clicked_views += u64::from(is_clicked);
        self.exposed_and_clicked_views += u64::from(is_exposed && is_clicked);
        if seen.hover_ms >= HOVERED_MS {
            self.hovered_views += 1;
            self.hover_ms += u64::from(seen.hover_ms);
        }
        self.rage_views += u64::from(seen.has_rage);
        self.dead_views += u64::from(seen.is_dead);
        if !is_clicked {
            return;
        }
        self.first_clicks_ms.extend(seen.first_click_ms.map(f64::from));
        self.hesitations_ms.extend(seen.hesitation_ms.map(f64::from));
        let Some(who) = who else { return };
        let once = |last: &mut u32, now: u32, count: &mut u64| {
            if *last != now {
                *last = now;
                *count += 1;
            }
        };
        once(&mut self.last_session, who.session, &mut self.clicked_sessions);
        once(&mut self.last_person, who.person, &mut self.clicked_people);
        if seen.has_converted {
            once(&mut self.last_converted, who.person, &mut self.converted_people);
        }
    }

    pub fn merge(&mut self, other: &Self) {
        self.placed += other.placed;
        self.y_micro += other.y_micro;
        self.height_micro += other.height_micro;
        self.exposed_views += other.exposed_views;
        self.exposed_ms += other.exposed_ms;
        self.clicks += other.clicks;
        self.clicked_views += other.clicked_views;
        self.exposed_and_clicked_views += other.exposed_and_clicked_views;
        self.hovered_views += other.hovered_views;
        self.hover_ms += other.hover_ms;
        self.rage_views += other.rage_views;
        self.dead_views += other.dead_views;
        self.first_clicks_ms.extend(&other.first_clicks_ms);
        self.hesitations_ms.extend(&other.hesitations_ms);
        self.clicked_sessions += other.clicked_sessions;
        self.clicked_people += other.clicked_people;
        self.converted_people += other.converted_people;
    }
}

/// Whose page view it is, numbered from 1 as they come: person after person, a person's sessions one after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Who {
    pub person: u32,
    pub session: u32,
}

/// What all page views tell of the page itself.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PageSums {
    pub page_views: u64,
    /// Those that know the page's size, and so how far it was scrolled.
    pub measured: u64,
    pub reach: [u64; N_DEPTHS],
    pub bands_ms: [u64; N_BANDS],
    pub clicks: u64,
    pub view_widths: Counts,
    pub view_heights: Counts,
    pub doc_heights: Counts,
    pub doc_widths: Counts,
    pub click_cells: Grid,
    pub rage_cells: Grid,
    pub dead_cells: Grid,
    pub move_cells_ms: Grid,
    /// A click each, with its element and its cell of that; see [`ElementCell`].
    pub element_cells: Vec<ElementCell>,
    pub sessions: u64,
    pub people: u64,
    last_session: u32,
    last_person: u32,
}

/// Where in an element a click was: ordered by element, column and row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ElementCell {
    pub element: u32,
    pub column: u8,
    pub row: u8,
}

/// How often each length was met, in pixels.
#[derive(Clone, Debug, Default)]
pub struct Counts {
    /// As long as there are few different ones.
    few: Vec<(u32, u64)>,
    /// Then, of lengths that screens and pages have, by the length.
    usual: Vec<u64>,
    others: HashMap<u32, u64>,
}

const FEW: usize = 8;
const USUAL_PX: usize = 16_384;

impl Counts {
    fn add(&mut self, value: u32) {
        self.add_times(value, 1);
    }

    fn add_times(&mut self, value: u32, n: u64) {
        if let Some(count) = self.usual.get_mut(value as usize) {
            *count += n;
        } else if !self.usual.is_empty() {
            *self.others.entry(value).or_default() += n;
        } else if let Some((_, count)) = self.few.iter_mut().find(|(one, _)| *one == value) {
            *count += n;
        } else if self.few.len() < FEW {
            self.few.push((value, n));
        } else {
            self.usual.resize(USUAL_PX, 0);
            std::mem::take(&mut self.few).into_iter().for_each(|(one, count)| self.add_times(one, count));
            self.add_times(value, n);
        }
    }

    fn merge(&mut self, other: &Self) {
        other.all().for_each(|(value, n)| self.add_times(value, n));
    }

    fn all(&self) -> impl Iterator<Item = (u32, u64)> + '_ {
        let usual = self.usual.iter().enumerate().filter(|(_, n)| **n > 0).map(|(value, n)| (value as u32, *n));
        self.few.iter().copied().chain(usual).chain(self.others.iter().map(|(value, n)| (*value, *n)))
    }

    /// Those that were met, in order.
    fn sorted(&self) -> Vec<(u32, u64)> {
        let mut all: Vec<(u32, u64)> = self.all().collect();
        all.sort_unstable();
        all
    }
}

impl PartialEq for Counts {
    fn eq(&self, other: &Self) -> bool {
        self.sorted() == other.sorted()
    }
}

/// `part / whole` in so many parts, rounded down, at most all of them. Exact in floating point: a quotient below 2^20 of numbers below 2^32 lies at least 2^-32 from a whole number that it does not reach.
fn share_of(part: u32, whole: u32, n: u32) -> u32 {
    (f64::from(part) * f64::from(n) / f64::from(whole.max(1))).min(f64::from(n)) as u32
}

/// The page as a chequered sheet of [`PAGE_COLUMNS`] and [`PAGE_ROWS`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grid(Vec<u64>);

impl Grid {
    fn add(&mut self, (column, row): (u32, u32), n: u64) {
        if self.0.is_empty() {
            self.0.resize((PAGE_COLUMNS * PAGE_ROWS) as usize, 0);
        }
        self.0[(row * PAGE_COLUMNS + column) as usize] += n;
    }

    fn merge(&mut self, other: &Self) {
        if self.0.is_empty() {
            self.0.clone_from(&other.0);
        } else {
            self.0.iter_mut().zip(&other.0).for_each(|(own, more)| *own += more);
        }
    }

    /// Column, row and sum of the cells that hold anything, row after row.
    pub fn cells(&self) -> impl Iterator<Item = (u32, u32, u64)> + '_ {
        let place = |at: usize| (at as u32 % PAGE_COLUMNS, at as u32 / PAGE_COLUMNS);
        self.0.iter().enumerate().filter(|(_, n)| **n > 0).map(move |(at, n)| (place(at).0, place(at).1, *n))
    }
}

/// Adds page views up. Elements are numbers that the caller gives.
#[derive(Clone, Debug, Default)]
pub struct Board {
    pub page: PageSums,
    pub elements: Vec<Sums>,
    pub zones: Vec<Sums>,
    /// Elements of the page view at hand, and which they are.
    seen: Vec<Seen>,
    stamps: Vec<u32>,
    touched: Vec<u32>,
    of_zones: Vec<Seen>,
    n_views: u32,
}

/// Signals of friction of a page view, by element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trouble {
    pub element: u32,
    pub is_rage: bool,
}

impl Board {
    #[must_use]
    pub fn new(n_zones: usize) -> Self {
        Self { zones: vec![Sums::default(); n_zones], of_zones: vec![Seen::default(); n_zones], ..Self::default() }
    }

    /// One page view: its parts with the element of each selector, what went wrong in it, who saw it, the zones of each element, and whether the goal was reached in the
    /// session at a time (milliseconds since the page view began) or later.
    pub fn add(
        &mut self,
        parts: &[(&SummaryPart, &[u32])],
        troubles: &[Trouble],
        who: Option<Who>,
        zones_of: &dyn Fn(u32) -> Vec<u32>,
        reached_after: &dyn Fn(u32) -> bool,
    ) {
        self.n_views += 1;
        self.touched.clear();
        let doc_height = parts.iter().map(|(part, _)| part.doc_height).max().unwrap_or(0);
        if let [(part, elements)] = parts
            && troubles.is_empty()
            && self.zones.is_empty()
            && self.names_each_once(part, elements)
        {
            self.add_page(parts, doc_height, who);
            self.add_points(parts, troubles);
            for told in &part.elements {
                if let Some(element) = elements.get(told.selector as usize) {
                    let has_converted = told.first_click_ms.is_some_and(reached_after);
                    self.elements[*element as usize].add(&Seen { has_converted, ..Seen::of(told) }, doc_height, who);
                }
            }
            return;
        }
        for (part, elements) in parts {
            for told in &part.elements {
                let Some(element) = elements.get(told.selector as usize) else { continue };
                self.touch(*element).add(&Seen::of(told));
            }
        }
        for trouble in troubles {
            let seen = self.touch(trouble.element);
            seen.has_rage |= trouble.is_rage;
            seen.is_dead |= !trouble.is_rage;
        }
        self.add_page(parts, doc_height, who);
        self.add_points(parts, troubles);
        self.of_zones.fill(Seen::default());
        let mut in_zones = Vec::new();
        for element in std::mem::take(&mut self.touched) {
            let seen = &mut self.seen[element as usize];
            seen.has_converted = seen.first_click_ms.is_some_and(reached_after);
            let seen = *seen;
            self.elements[element as usize].add(&seen, doc_height, who);
            for zone in zones_of(element) {
                self.of_zones[zone as usize].join(&seen);
                in_zones.push(zone);
            }
        }
        in_zones.sort_unstable();
        in_zones.dedup();
        for zone in in_zones {
            self.zones[zone as usize].add(&self.of_zones[zone as usize], doc_height, who);
        }
    }

    /// The usual page view: one part that names no element twice. What it tells can be added as it is.
    fn names_each_once(&mut self, part: &SummaryPart, elements: &[u32]) -> bool {
        // A view that turns out to name one twice is looked at again, under another number.
        self.n_views += 1;
        let now = self.n_views;
        part.elements.iter().filter_map(|told| elements.get(told.selector as usize)).all(|element| {
            let at = *element as usize;
            self.make_room(at);
            std::mem::replace(&mut self.stamps[at], now) != now
        }) || {
            self.n_views += 1;
            false
        }
    }

    fn make_room(&mut self, at: usize) {
        if self.seen.len() <= at {
            self.seen.resize(at + 1, Seen::default());
            self.stamps.resize(at + 1, 0);
            self.elements.resize(at + 1, Sums::default());
        }
    }

    fn touch(&mut self, element: u32) -> &mut Seen {
        let at = element as usize;
        self.make_room(at);
        if self.stamps[at] != self.n_views {
            self.stamps[at] = self.n_views;
            self.seen[at] = Seen::default();
            self.touched.push(element);
        }
        &mut self.seen[at]
    }

    fn add_page(&mut self, parts: &[(&SummaryPart, &[u32])], doc_height: u32, who: Option<Who>) {
        let page = &mut self.page;
        page.page_views += 1;
        if doc_height > 0 {
            page.measured += 1;
            let depth = parts.iter().map(|(part, _)| part.depth).max().unwrap_or(0);
            for (i, reach) in page.reach.iter_mut().enumerate() {
                *reach += u64::from(depth as usize * N_DEPTHS >= (i + 1) * 1000);
            }
            let first = parts.iter().map(|(part, _)| *part).find(|part| part.view_height > 0);
            if let Some(first) = first {
                page.view_widths.add(first.view_width);
                page.view_heights.add(first.view_height);
            }
            page.doc_heights.add(doc_height);
            page.doc_widths.add(parts.iter().map(|(part, _)| part.doc_width).max().unwrap_or(0));
        }
        for (part, _) in parts {
            page.clicks += u64::from(part.n_clicks);
            page.bands_ms.iter_mut().zip(&part.bands_ms).for_each(|(sum, ms)| *sum += u64::from(*ms));
        }
        if let Some(who) = who {
            page.sessions += u64::from(page.last_session != who.session);
            page.people += u64::from(page.last_person != who.person);
            (page.last_session, page.last_person) = (who.session, who.person);
        }
    }

    fn add_points(&mut self, parts: &[(&SummaryPart, &[u32])], troubles: &[Trouble]) {
        let page = &mut self.page;
        for (part, elements) in parts {
            let cell_of = |x: u32, y: u32| {
                let across = part.doc_width.max(part.view_width).max(1);
                (share_of(x, across, PAGE_COLUMNS).min(PAGE_COLUMNS - 1), share_of(y.min(part.doc_height), part.doc_height, PAGE_ROWS).min(PAGE_ROWS - 1))
            };
            for click in &part.clicks {
                let Some(element) = elements.get(click.selector as usize) else { continue };
                let within = |share: u32| (share * CELLS_OF_ELEMENT / 1000).min(CELLS_OF_ELEMENT - 1) as u8;
                page.element_cells.push(ElementCell { element: *element, column: within(click.ex), row: within(click.ey) });
                // What stays where it is while the page scrolls has no place on the page.
                if part.doc_height == 0 || click.is_fixed {
                    continue;
                }
                let cell = cell_of(click.x, click.y);
                page.click_cells.add(cell, 1);
                let has = |is_rage: bool| troubles.contains(&Trouble { element: *element, is_rage });
                if has(true) {
                    page.rage_cells.add(cell, 1);
                }
                if has(false) {
                    page.dead_cells.add(cell, 1);
                }
            }
            if part.doc_height > 0 {
                for one in &part.moves {
                    page.move_cells_ms.add(cell_of(one.x, one.y), u64::from(one.ms));
                }
            }
        }
    }
}

impl PageSums {
    pub fn merge(&mut self, other: &Self) {
        self.page_views += other.page_views;
        self.measured += other.measured;
        self.clicks += other.clicks;
        self.sessions += other.sessions;
        self.people += other.people;
        self.reach.iter_mut().zip(&other.reach).for_each(|(own, more)| *own += more);
        self.bands_ms.iter_mut().zip(&other.bands_ms).for_each(|(own, more)| *own += more);
        for (own, more) in [
            (&mut self.view_widths, &other.view_widths),
            (&mut self.view_heights, &other.view_heights),
            (&mut self.doc_heights, &other.doc_heights),
            (&mut self.doc_widths, &other.doc_widths),
        ] {
            own.merge(more);
        }
        for (own, more) in [
            (&mut self.click_cells, &other.click_cells),
            (&mut self.rage_cells, &other.rage_cells),
            (&mut self.dead_cells, &other.dead_cells),
            (&mut self.move_cells_ms, &other.move_cells_ms),
        ] {
            own.merge(more);
        }
    }
}

/// The middle of all the lengths that were met.
#[must_use]
pub fn median_of_counts(counts: &Counts) -> Option<f64> {
    let values = counts.sorted();
    let total: u64 = values.iter().map(|(_, n)| n).sum();
    let at = |rank: u64| {
        let mut below = 0;
        values.iter().find(|(_, n)| {
            below += n;
            below > rank
        })
    };
    let (lower, upper) = (at(total.checked_sub(1)? / 2)?, at(total / 2)?);
    Some(f64::midpoint(f64::from(lower.0), f64::from(upper.0)))
}

/// Whether a selector names an element of a zone: the element that the zone names, or one inside of it.
#[must_use]
pub fn is_in_zone(selector: &str, zone: &str) -> bool {
    selector.strip_prefix(zone).is_some_and(|rest| rest.is_empty() || rest.starts_with(" > ") || rest.starts_with(" >>> "))
}
