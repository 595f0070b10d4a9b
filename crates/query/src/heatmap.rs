//! Heatmaps: the page views of a page, added up by element, band and cell.
//!
//! A bucket's rows become page views, each person's together, and are added to a board of sums. Page views of nobody lie in one bucket; they are added on all processors.

use crate::{
    scan::context::SessionBehind,
    scan::{self, Bucket, Context, NO_PERSON, Pick, Request, Rows, key_of_text, sessions_of},
    trend::number,
};
use parking_lot::Mutex;
use rayon::prelude::*;
use serde_json::{Value, json};
use sillage_behavior::{
    AskError, AskErrorCode, Hit,
    heatmap::{
        Board, CELLS_OF_ELEMENT, Device, FEWEST_CLICKED, FEWEST_PAGE_VIEWS, Grid, PAGE_COLUMNS, PAGE_ROWS, PageSums, Sums, Trouble, Who, is_in_zone,
        median_of_counts,
    },
    question::{DidOnPage, Heatmap, HeatmapCell, HeatmapPlace, Scope, Selector},
    statistics::{median, wilson_interval},
};
use sillage_event::{PersonId, page_summary::SummaryPart};
use std::collections::HashMap;

const SUMMARY: u64 = 1;
const SIGN: u64 = 2;
const GOAL: u64 = 4;
const PAGE_VIEW: usize = 0;
const SIGNAL: usize = 1;
const SELECTOR: usize = 2;
const TEXTS: [&str; 3] = ["$page_view_id", "$signal", "$selector"];
/// Elements that one answer may tell apart.
const MOST_ELEMENTS: usize = 100_000;
/// Cells of elements that are told, those with the most clicks first.
const MOST_ELEMENT_CELLS: usize = 5000;
/// Page views of nobody that are added by one processor at a time.
const VIEWS_AT_ONCE: usize = 8192;

/// Page views, in one list of rows.
#[derive(Default)]
struct Views {
    views: Vec<View>,
    rows: Vec<u32>,
    /// Used again.
    order: Vec<(u64, bool, u32)>,
}

/// The rows of one page view, in order of time: its summaries from the first on, then what went wrong.
#[derive(Clone, Copy)]
struct View {
    from: u32,
    signs_from: u32,
    to: u32,
    session: u32,
}

impl View {
    fn summaries<'r>(&self, rows: &'r [u32]) -> &'r [u32] {
        &rows[self.from as usize..self.signs_from as usize]
    }

    fn signs<'r>(&self, rows: &'r [u32]) -> &'r [u32] {
        &rows[self.signs_from as usize..self.to as usize]
    }
}

/// Sums by element and zone, with what the elements are called.
#[derive(Debug, Default)]
struct Found {
    page: PageSums,
    elements: HashMap<u64, Sums>,
    cells: HashMap<(u64, u32, u32), u64>,
    zones: Vec<Sums>,
}

pub(crate) fn answer(context: &Context<'_>, scope: &Scope, heatmap: &Heatmap) -> Result<Value, AskError> {
    let plan = Plan::new(heatmap);
    let request = plan.request(context, scope);
    let found: Mutex<Found> = Mutex::default();
    let add = |bucket: &mut Bucket<'_>| {
        let names = Names::new(context, &plan, &bucket.rows);
        let mut board = Board::new(heatmap.zones.len());
        let mut visit = Visit::new(&plan, &names);
        let mut who = Who { person: 0, session: 0 };
        plan.each_person(bucket, |rows, hits, sessions, views| {
            who.person += 1;
            let goals = goals(hits, sessions);
            for of_session in views.views.chunk_by(|a, b| a.session == b.session) {
                who.session += 1;
                of_session.iter().for_each(|view| visit.add(rows, &views.rows, view, Some(who), &goals, &mut board));
            }
        });
        found.lock().take(board, &names)?;
        let nobodys = plan.nobodys(bucket);
        let rows = &bucket.rows;
        nobodys.views.par_chunks(VIEWS_AT_ONCE).try_for_each(|views| {
            context.check()?;
            let mut board = Board::new(heatmap.zones.len());
            let mut visit = Visit::new(&plan, &names);
            views.iter().for_each(|view| visit.add(rows, &nobodys.rows, view, None, &[], &mut board));
            found.lock().take(board, &names)
        })
    };
    scan::run(context, &request, add, |(), ()| ())?;
    plan.into_json(context, found.into_inner())
}

/// Everybody behind a cell; the sessions are left with the context.
pub(crate) fn people_at(context: &Context<'_>, scope: &Scope, heatmap: &Heatmap, cell: &HeatmapCell) -> Result<Vec<PersonId>, AskError> {
    let plan = Plan::new(heatmap);
    let request = plan.request(context, scope);
    let wanted = match &cell.place {
        HeatmapPlace::Element(selector) => Some(key_of_text(selector)),
        _ => None,
    };
    let collect = |bucket: &mut Bucket<'_>| {
        let names = Names::new(context, &plan, &bucket.rows);
        let mut visit = Visit::new(&plan, &names);
        let mut found: Vec<SessionBehind> = Vec::new();
        let people = bucket.people.clone();
        plan.each_person(bucket, |rows, hits, sessions, views| {
            let goals = goals(hits, sessions);
            for of_session in views.views.chunk_by(|a, b| a.session == b.session) {
                let mut best: Option<SessionBehind> = None;
                for view in of_session {
                    // A board of its own: one page view says yes or no.
                    let mut board = Board::new(heatmap.zones.len());
                    visit.add(rows, &views.rows, view, Some(Who { person: 1, session: 1 }), &goals, &mut board);
                    if board.page.page_views == 0 || !plan.fits(cell, wanted, &board, &names, visit.deepest()) {
                        continue;
                    }
                    let row = view.summaries(&views.rows)[0] as usize;
                    let weight = board.page.clicks as f64;
                    if best.as_ref().is_none_or(|best| weight > best.weight) {
                        best = Some(SessionBehind { person: people[rows.person[row] as usize], key: rows.session_key[row], time: rows.time[row], weight });
                    }
                }
                found.extend(best);
            }
        });
        Ok(found)
    };
    let sessions = scan::run(context, &request, collect, |a, b| [a, b].concat())?.unwrap_or_default();
    let people = sessions.iter().map(|session| session.person).collect();
    context.keep_sessions(sessions);
    Ok(people)
}

/// Session and time of each time that the goal was reached.
fn goals(hits: &[Hit], sessions: &[u32]) -> Vec<(u32, i64)> {
    hits.iter().zip(sessions).filter(|(hit, _)| hit.mask & GOAL != 0).map(|(hit, session)| (*session, hit.time)).collect()
}

struct Plan<'a> {
    heatmap: &'a Heatmap,
    summary: Selector,
    sign: Selector,
    rage: u64,
    dead: u64,
}

impl<'a> Plan<'a> {
    fn new(heatmap: &'a Heatmap) -> Self {
        let named = |name: &str| Selector { events: vec![name.to_owned()], filter: Some(heatmap.pages.clone()), ..Selector::default() };
        Self { heatmap, summary: named("$page_summary"), sign: named("$friction"), rage: key_of_text("rage_click"), dead: key_of_text("dead_click") }
    }

    fn request<'r>(&'r self, context: &Context<'_>, scope: &'r Scope) -> Request<'r> {
        let (from, to) = context.range;
        let selects = [&self.summary, &self.sign].into_iter().chain(&self.heatmap.goal);
        Request {
            picks: selects.map(|select| Pick { select, from, to }).collect(),
            filter: scope.filter.as_ref(),
            texts: TEXTS.to_vec(),
            words: vec!["$selector"],
            summaries: SUMMARY,
            sessions: true,
            by_person: true,
            in_order: true,
            ..Request::default()
        }
    }

    /// Calls with everybody who saw the page: their hits, the session of each, and their page views by session.
    fn each_person(&self, bucket: &mut Bucket<'_>, mut each: impl FnMut(&Rows<'_>, &[Hit], &[u32], &Views)) {
        let context = bucket.context;
        let mut sessions: Vec<u32> = Vec::new();
        let mut views = Views::default();
        bucket.for_each_person(|rows, person| {
            sessions_of(context, rows, person.hits, &mut sessions);
            views.fill(rows, person.hits, &sessions);
            if !views.views.is_empty() {
                views.views.sort_by_key(|view| view.session);
                each(rows, person.hits, &sessions, &views);
            }
        });
    }

    /// The page views of nobody.
    fn nobodys(&self, bucket: &Bucket<'_>) -> Views {
        let rows = &bucket.rows;
        let of_nobody = (0..rows.len()).filter(|row| rows.person[*row] == NO_PERSON);
        let mut hits: Vec<Hit> = of_nobody
            .map(|row| Hit { time: rows.time[row], mask: bucket.mask_of_nobody(row), row: row as u32 })
            .filter(|hit| hit.mask & (SUMMARY | SIGN) != 0)
            .collect();
        if !hits.is_sorted_by_key(|hit| hit.time) {
            hits.sort_by_key(|hit| (hit.time, hit.row));
        }
        let mut views = Views::default();
        views.fill(rows, &hits, &[]);
        views
    }

    fn fits(&self, cell: &HeatmapCell, wanted: Option<u64>, board: &Board, names: &Names, depth: u32) -> bool {
        if cell.depth.is_some_and(|least| depth < least || board.page.measured == 0) {
            return false;
        }
        let sums = match cell.place {
            HeatmapPlace::Page => return true,
            HeatmapPlace::Zone(zone) => board.zones.get(zone),
            HeatmapPlace::Element(_) => wanted.and_then(|key| board.elements.get(*names.by_key.get(&key)? as usize)),
        };
        sums.is_some_and(|sums| match cell.did {
            DidOnPage::Viewed => true,
            DidOnPage::Exposed => sums.exposed_views > 0,
            DidOnPage::Clicked => sums.clicked_views > 0,
            DidOnPage::Hovered => sums.hovered_views > 0,
            DidOnPage::Rage => sums.rage_views > 0,
            DidOnPage::Dead => sums.dead_views > 0,
            DidOnPage::Converted => sums.converted_people > 0,
        })
    }

    fn into_json(self, context: &Context<'_>, found: Found) -> Result<Value, AskError> {
        let Found { page, elements, cells, zones } = found;
        let n = page.page_views;
        let has_goal = self.heatmap.goal.is_some();
        let n_elements = elements.len();
        let mut elements: Vec<(u64, String, Sums)> =
            elements.into_iter().map(|(key, sums)| (key, context.word(key).map_or_else(String::new, |word| word.to_string()), sums)).collect();
        elements.sort_by(|a, b| b.2.clicks.cmp(&a.2.clicks).then(b.2.exposed_views.cmp(&a.2.exposed_views)).then_with(|| a.1.cmp(&b.1)));
        elements.truncate(self.heatmap.limit);
        let places: HashMap<u64, usize> = elements.iter().enumerate().map(|(i, one)| (one.0, i)).collect();
        let mut cells: Vec<(u64, usize, u32, u32)> =
            cells.into_iter().filter_map(|((element, column, row), n)| Some((n, *places.get(&element)?, column, row))).collect();
        cells.sort_unstable_by(|a, b| b.0.cmp(&a.0).then((a.1, a.2, a.3).cmp(&(b.1, b.2, b.3))));
        cells.truncate(MOST_ELEMENT_CELLS);
        let cells: Vec<Value> = cells.into_iter().map(|(n, element, column, row)| json!([element, column, row, n])).collect();
        let rows: Vec<Value> = elements
            .into_iter()
            .map(|(_, selector, sums)| {
                let mut row = sums_json(sums, &page, has_goal);
                row["selector"] = selector.into();
                row
            })
            .collect();
        let zones: Vec<Value> = self
            .heatmap
            .zones
            .iter()
            .zip(zones.into_iter().chain(std::iter::repeat_with(Sums::default)))
            .map(|(zone, sums)| {
                let mut row = sums_json(sums, &page, has_goal);
                row["name"] = zone.name.clone().into();
                row
            })
            .collect();
        let share = |part: u64, whole: u64| number((whole > 0).then(|| part as f64 / whole as f64));
        let fold = median_of_counts(&page.view_heights);
        let doc_height = median_of_counts(&page.doc_heights);
        let mean = |sum: u64| number((page.measured > 0).then(|| sum as f64 / page.measured as f64));
        Ok(json!({
            "page_views": n,
            "sessions": page.sessions,
            "people": page.people,
            "measured": page.measured,
            "clicks": page.clicks,
            "enough": n >= FEWEST_PAGE_VIEWS,
            "view_width": number(median_of_counts(&page.view_widths)),
            "doc_width": number(median_of_counts(&page.doc_widths)),
            "doc_height": number(doc_height),
            "fold_px": number(fold),
            "fold": number(fold.zip(doc_height).filter(|(_, height)| *height > 0.0).map(|(fold, height)| (fold / height).min(1.0))),
            "reach": page.reach.iter().enumerate().map(|(i, reach)| json!({"depth": (i + 1) as f64 / 20.0, "page_views": reach, "share": share(*reach, page.measured)})).collect::<Vec<_>>(),
            "attention_ms": page.bands_ms.iter().map(|ms| mean(*ms)).collect::<Vec<_>>(),
            "elements": rows,
            "elements_in_all": n_elements,
            "zones": zones,
            "points": {
                "columns": PAGE_COLUMNS, "rows": PAGE_ROWS, "cells_of_element": CELLS_OF_ELEMENT,
                "clicks": grid_json(&page.click_cells), "rage": grid_json(&page.rage_cells), "dead": grid_json(&page.dead_cells),
                "moves_ms": grid_json(&page.move_cells_ms), "in_elements": cells,
            },
        }))
    }
}

impl Views {
    /// Groups hits in order of time into page views that have a summary. `sessions` is empty for nobody's.
    fn fill(&mut self, rows: &Rows<'_>, hits: &[Hit], sessions: &[u32]) {
        let Self { views, rows: of_views, order } = self;
        views.clear();
        of_views.clear();
        order.clear();
        for (at, hit) in hits.iter().enumerate().filter(|(_, hit)| hit.mask & (SUMMARY | SIGN) != 0) {
            let view = rows.texts[PAGE_VIEW][hit.row as usize];
            for (is_sign, _) in [(false, SUMMARY), (true, SIGN)].iter().filter(|(_, bit)| hit.mask & bit != 0) {
                order.push((view, *is_sign, at as u32));
            }
        }
        order.sort_unstable();
        // A summary that does not say of which page view it is, is one of its own.
        for members in order.chunk_by(|a, b| a.0 == b.0 && a.0 != 0) {
            let n_summaries = members.partition_point(|(_, is_sign, _)| !is_sign);
            if n_summaries == 0 {
                continue;
            }
            let from = of_views.len() as u32;
            of_views.extend(members.iter().map(|(.., at)| hits[*at as usize].row));
            let first = members.iter().map(|(.., at)| *at).min().unwrap_or(0);
            let session = sessions.get(first as usize).copied().unwrap_or(0);
            views.push(View { from, signs_from: from + n_summaries as u32, to: of_views.len() as u32, session });
        }
    }
}

/// Numbers for the elements that a bucket's rows name.
struct Names {
    by_key: HashMap<u64, u32>,
    keys: Vec<u64>,
    /// Of the lists that summaries name their selectors by.
    lists: Vec<Vec<u32>>,
    /// The zones of each element.
    zones: Vec<Vec<u32>>,
}

impl Names {
    fn new(context: &Context<'_>, plan: &Plan<'_>, rows: &Rows<'_>) -> Self {
        let mut names = Self { by_key: HashMap::new(), keys: Vec::new(), lists: Vec::new(), zones: Vec::new() };
        for list in rows.summaries.lists() {
            let list = list.iter().map(|key| names.id(context, plan, *key)).collect();
            names.lists.push(list);
        }
        for (key, _) in rows.texts.get(SELECTOR).into_iter().flatten().zip(&rows.mask).filter(|(key, mask)| **key != 0 && **mask & SIGN != 0) {
            names.id(context, plan, *key);
        }
        names
    }

    fn id(&mut self, context: &Context<'_>, plan: &Plan<'_>, key: u64) -> u32 {
        if let Some(id) = self.by_key.get(&key) {
            return *id;
        }
        let id = self.keys.len() as u32;
        self.by_key.insert(key, id);
        self.keys.push(key);
        let zones = if plan.heatmap.zones.is_empty() { None } else { context.word(key) };
        let zones = zones.map_or_else(Vec::new, |selector| {
            let is_in = |zone: usize| plan.heatmap.zones[zone].selectors.iter().any(|one| is_in_zone(&selector, one));
            (0..plan.heatmap.zones.len()).filter(|zone| is_in(*zone)).map(|zone| zone as u32).collect()
        });
        self.zones.push(zones);
        id
    }
}

/// Reads page views, with memory that is used again.
struct Visit<'a> {
    plan: &'a Plan<'a>,
    names: &'a Names,
    parts: Vec<SummaryPart>,
    n_parts: usize,
    /// Of each part, which list names its selectors.
    lists: Vec<usize>,
    troubles: Vec<Trouble>,
}

impl<'a> Visit<'a> {
    fn new(plan: &'a Plan<'a>, names: &'a Names) -> Self {
        Self { plan, names, parts: Vec::new(), n_parts: 0, lists: Vec::new(), troubles: Vec::new() }
    }

    /// How far the page view that was added last was scrolled.
    fn deepest(&self) -> u32 {
        self.parts[..self.n_parts].iter().map(|part| part.depth).max().unwrap_or(0)
    }

    /// Adds a page view, unless it was seen on another device than was asked for.
    fn add(&mut self, rows: &Rows<'_>, of_views: &[u32], view: &View, who: Option<Who>, goals: &[(u32, i64)], board: &mut Board) {
        self.n_parts = 0;
        self.lists.clear();
        self.troubles.clear();
        let mut began = i64::MAX;
        for row in view.summaries(of_views) {
            let (bytes, list) = rows.summaries.get(*row as usize);
            if self.parts.len() == self.n_parts {
                self.parts.push(SummaryPart::default());
            }
            let part = &mut self.parts[self.n_parts];
            if !part.read(bytes) {
                *part = SummaryPart::default();
            }
            began = began.min(rows.time[*row as usize] - i64::from(part.elapsed_ms));
            self.lists.push(list);
            self.n_parts += 1;
        }
        let parts = &self.parts[..self.n_parts];
        if let Some(device) = self.plan.heatmap.device
            && parts.iter().find_map(|part| Device::of(part.view_width)) != Some(device)
        {
            return;
        }
        for row in view.signs(of_views).iter().map(|row| *row as usize) {
            let signal = rows.texts[SIGNAL][row];
            if (signal == self.plan.rage || signal == self.plan.dead)
                && let Some(element) = self.names.by_key.get(&rows.texts[SELECTOR][row])
            {
                self.troubles.push(Trouble { element: *element, is_rage: signal == self.plan.rage });
            }
        }
        let empty: &[u32] = &[];
        let told: Vec<(&SummaryPart, &[u32])> =
            parts.iter().zip(&self.lists).map(|(part, list)| (part, self.names.lists.get(*list).map_or(empty, |list| list.as_slice()))).collect();
        let has_zones = !self.plan.heatmap.zones.is_empty();
        let zones_of = |element: u32| if has_zones { self.names.zones[element as usize].clone() } else { Vec::new() };
        let reached_after = |ms: u32| goals.iter().any(|(session, time)| *session == view.session && *time >= began + i64::from(ms));
        board.add(&told, &self.troubles, who, &zones_of, &reached_after);
    }
}

impl Found {
    fn take(&mut self, board: Board, names: &Names) -> Result<(), AskError> {
        let Board { mut page, elements, zones, .. } = board;
        self.page.merge(&page);
        page.element_cells.sort_unstable();
        for cells in page.element_cells.chunk_by(|a, b| a == b) {
            let cell = cells[0];
            *self.cells.entry((names.keys[cell.element as usize], u32::from(cell.column), u32::from(cell.row))).or_default() += cells.len() as u64;
        }
        for (key, sums) in names.keys.iter().zip(&elements).filter(|(_, sums)| **sums != Sums::default()) {
            self.elements.entry(*key).or_default().merge(sums);
        }
        self.zones.resize(zones.len().max(self.zones.len()), Sums::default());
        self.zones.iter_mut().zip(&zones).for_each(|(own, more)| own.merge(more));
        if self.elements.len() > MOST_ELEMENTS {
            return Err(AskError {
                code: AskErrorCode::LimitExceeded,
                message: format!("the pages have more than {MOST_ELEMENTS} elements: ask for fewer pages, or name elements by data-px-id"),
                field: Some("pages".into()),
            });
        }
        Ok(())
    }
}

fn sums_json(mut sums: Sums, page: &PageSums, has_goal: bool) -> Value {
    let n = page.page_views;
    let share = |part: u64, whole: u64| number((whole > 0).then(|| part as f64 / whole as f64));
    let interval = |part: u64, whole: u64| wilson_interval(part, whole).map(|(low, high)| [low, high]);
    let enough_clicks = sums.clicked_views >= FEWEST_CLICKED;
    let if_enough = |values: &mut Vec<f64>| number(median(values).filter(|_| enough_clicks));
    let (hesitation, first_click) = (if_enough(&mut sums.hesitations_ms), if_enough(&mut sums.first_clicks_ms));
    let place = |micro: u64| number((sums.placed > 0).then(|| micro as f64 / sums.placed as f64 / 1e6));
    let mut row = json!({
        "y": place(sums.y_micro),
        "height": place(sums.height_micro),
        "exposed_page_views": sums.exposed_views,
        "exposure_rate": share(sums.exposed_views, n),
        "exposure_ms": share(sums.exposed_ms, sums.exposed_views),
        "clicks": sums.clicks,
        "clicked_page_views": sums.clicked_views,
        "click_rate": share(sums.clicked_views, n),
        "click_rate_interval": interval(sums.clicked_views, n),
        "click_rate_of_sessions": share(sums.clicked_sessions, page.sessions),
        "click_share": share(sums.clicks, page.clicks),
        "recurrence": share(sums.clicks, sums.clicked_views),
        "attractiveness": share(sums.exposed_and_clicked_views, sums.exposed_views),
        "attractiveness_interval": interval(sums.exposed_and_clicked_views, sums.exposed_views),
        "hovered_page_views": sums.hovered_views,
        "hover_rate": share(sums.hovered_views, n),
        "hover_ms": share(sums.hover_ms, sums.hovered_views),
        "hesitation_ms": hesitation,
        "before_first_click_ms": first_click,
        "rage_page_views": sums.rage_views,
        "rage_rate": share(sums.rage_views, n),
        "dead_page_views": sums.dead_views,
        "dead_rate": share(sums.dead_views, n),
        "clicked_sessions": sums.clicked_sessions,
        "clicked_people": sums.clicked_people,
        "enough": n >= FEWEST_PAGE_VIEWS,
        "enough_clicks": enough_clicks,
    });
    if has_goal {
        row["converted_people"] = sums.converted_people.into();
        row["conversion_per_click"] = share(sums.converted_people, sums.clicked_people);
        row["conversion_per_click_interval"] = json!(interval(sums.converted_people, sums.clicked_people));
    }
    row
}

fn grid_json(grid: &Grid) -> Vec<Value> {
    grid.cells().map(|(column, row, n)| json!([column, row, n])).collect()
}
