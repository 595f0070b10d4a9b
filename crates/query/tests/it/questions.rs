//! Random questions over the worlds of the testkit.

use rand::Rng;
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};
use sillage_testkit::world::Shape;

/// Where the clock changes: a first instant, and a zone that changes within the ten days after it.
pub(crate) const CHANGES: [(&str, &str); 7] = [
    ("2025-03-26T00:00:00Z", "Europe/Paris"),
    ("2025-10-22T00:00:00Z", "Europe/Paris"),
    ("2018-10-31T00:00:00Z", "America/Sao_Paulo"),
    ("2018-02-14T00:00:00Z", "America/Sao_Paulo"),
    ("2025-04-01T00:00:00Z", "Australia/Lord_Howe"),
    ("2025-10-01T00:00:00Z", "Australia/Lord_Howe"),
    ("2025-12-28T00:00:00Z", "UTC"),
];

/// Those that the oracle knows.
const FORMULAS: [&str; 4] = [
    "= amount * 2 + 1",
    "=if(amount > 2, \"big\", if(defined(amount), \"small\", undefined))",
    "=upper(string(plan)) + \"!\"",
    "=parse_url(`$current_url`, 'path')",
];

pub(crate) const DAY_MS: i64 = 86_400_000;

/// What [`Asked::question`] can be asked for.
pub(crate) const KINDS: [&str; 16] = [
    "trend",
    "funnel",
    "retention",
    "frequency",
    "lifecycle",
    "journey",
    "attribution",
    "impact",
    "driver",
    "feature",
    "friction",
    "heatmap",
    "vital",
    "error",
    "cohort",
    "sessions",
];

pub(crate) fn one<T: Clone>(rng: &mut ChaCha8Rng, of: &[T]) -> T {
    of[rng.random_range(0..of.len())].clone()
}

pub(crate) fn start_ms(change: (&str, &str)) -> i64 {
    change.0.parse::<jiff::Timestamp>().unwrap().as_millisecond()
}

/// What a world may contain, and a time zone that fits it.
pub(crate) fn shape(rng: &mut ChaCha8Rng, ties: bool) -> (Shape, &'static str) {
    let change = one(rng, &CHANGES);
    let shape = Shape {
        n_events: rng.random_range(5..80),
        n_users: rng.random_range(1..6),
        n_devices: rng.random_range(1..5),
        start_ms: start_ms(change),
        length_ms: one(rng, &[DAY_MS / 4, 2 * DAY_MS, 10 * DAY_MS]),
        ties,
        // Which of two sessions an event of the same millisecond falls in depends on which came first.
        session_ids: !ties && rng.random_bool(0.4),
    };
    (shape, if rng.random_bool(0.8) { change.1 } else { "UTC" })
}

pub(crate) struct Asked<'r> {
    pub(crate) rng: &'r mut ChaCha8Rng,
    pub(crate) shape: Shape,
    pub(crate) zone: &'static str,
    /// With ties, which of two events comes first may decide a segment; then no question looks at it.
    pub(crate) breakdowns: bool,
    /// A cohort's conditions look at what people are now; and of two changes at one time, which came last is not told.
    pub(crate) no_past: bool,
}

impl Asked<'_> {
    fn chance(&mut self, p: f64) -> bool {
        self.rng.random_bool(p)
    }

    fn pick(&mut self, words: &[&str]) -> Value {
        json!(one(self.rng, words))
    }

    pub(crate) fn question(&mut self, kind: &str) -> Value {
        let mut question = match kind {
            "trend" => self.trend(),
            "funnel" => self.funnel(),
            "retention" => self.retention(),
            "frequency" => self.frequency(),
            "lifecycle" => self.lifecycle(),
            "journey" => self.journey(),
            "attribution" => self.attribution(),
            "impact" => self.impact(),
            "driver" => self.driver(),
            "feature" => self.feature(),
            "friction" => self.friction(),
            "heatmap" => self.heatmap(),
            "vital" | "error" => json!({"interval": self.interval(), "limit": 1000}),
            "cohort" => json!({"definition": self.definition(3), "limit": 1000}),
            _ => json!({"limit": 1000}),
        };
        // An attributed trend is a trend.
        question["kind"] = json!(if kind == "attribution" { "trend" } else { kind });
        if kind != "cohort" {
            question["range"] = self.range();
        }
        question["timezone"] = json!(self.zone);
        if self.chance(0.4) {
            question["week_start"] = self.pick(&["monday", "sunday"]);
        }
        if self.chance(0.3) {
            question["session_timeout"] = json!({"n": one(self.rng, &[10, 60, 180]), "unit": "minute"});
        }
        if kind != "cohort" && self.chance(0.25) {
            question["actor"] = self.pick(&["device", "group:company", "person"]);
        }
        if self.breakdowns && kind == "sessions" && self.chance(0.2) {
            question["session_by"] = one(self.rng, &[json!({"property": "item"}), json!({"start": {"event": "A"}, "end": {"event": "B"}})]);
        }
        // No cohort is made of itself.
        let shaped: Value = serde_json::from_str(&self.definition(2).to_string().replace("shaped", "vip")).unwrap();
        question["cohorts"] = json!({"vip": ["u0", "u1", "$device:d1"], "new": ["u1", "u3"], "shaped": shaped});
        if kind == "cohort" {
            return question;
        }
        if self.chance(0.4) {
            let with_did = question["actor"] != "group:company";
            question["filter"] = self.filter(2, with_did);
            // What was done was done by whoever the question counts.
            if question["filter"].to_string().contains("did") {
                for series in question.get_mut("series").and_then(Value::as_array_mut).into_iter().flatten() {
                    series.as_object_mut().unwrap().remove("actor");
                }
            }
        }
        if self.breakdowns
            && !matches!(kind, "impact" | "driver" | "feature" | "attribution" | "heatmap" | "error")
            && kind != "lifecycle"
            && kind != "journey"
            && self.chance(0.45)
        {
            let n = one(self.rng, &[1, 1, 1, 2]);
            question["breakdown"] = (0..n).map(|_| self.breakdown()).collect();
            // Other actors count an event once each, and a value may be written in two ways.
            if kind == "trend" && n == 1 && question["actor"].is_null() && !question.to_string().contains("\"actor\"") && self.chance(0.5) {
                question["breakdown"] = json!([{"property": one(self.rng, &["plan", "item"])}]);
                question["top"] = json!(self.rng.random_range(1..4));
            }
        }
        question
    }

    fn range(&mut self) -> Value {
        let first = jiff::Timestamp::from_millisecond(self.shape.start_ms).unwrap();
        let length_days = self.shape.length_ms / DAY_MS;
        let from = first + jiff::SignedDuration::from_hours(self.rng.random_range(-26..=8 * length_days));
        let days = self.rng.random_range(length_days / 2..length_days + 3);
        let to = from + jiff::SignedDuration::from_hours(24 * days);
        match self.rng.random_range(0..5) {
            0..3 => json!({"from": from.to_string()[..10], "to": to.to_string()[..10]}),
            3 => json!({"from": from.to_string(), "to": (to + jiff::SignedDuration::from_hours(5)).to_string()}),
            _ => {
                let mut range = json!({"last": self.rng.random_range(1..8), "unit": one(self.rng, &["day", "day", "week"])});
                if self.chance(0.3) {
                    range["ago"] = json!(self.rng.random_range(0..3));
                }
                range
            }
        }
    }

    fn selector(&mut self) -> Value {
        let mut select = match self.rng.random_range(0..10) {
            0 => json!({"event": null}),
            1 => json!({"any_of": ["A", "B"]}),
            2 => json!({"any_of": [{"event": "A"}, {"event": "C", "where": {"property": "plan", "op": "set"}}]}),
            _ => json!({"event": if self.chance(0.02) { "never seen" } else { one(self.rng, &["A", "A", "B", "B", "C", "D"]) }}),
        };
        if self.chance(0.2) {
            select["where"] = self.filter(1, false);
        }
        // With ties, which of two first events is the first may decide.
        if self.breakdowns && self.chance(0.1) {
            select["first_time"] = json!(true);
        }
        select
    }

    fn leaf(&mut self) -> Value {
        let (property, of) = one(
            self.rng,
            &[
                ("plan", "event"),
                ("plan", "event"),
                ("amount", "event"),
                ("amount", "event"),
                ("tags", "event"),
                ("deep.er", "event"),
                ("item", "event"),
                ("role", "person"),
                ("teams", "person"),
                ("tier", "group:company"),
            ],
        );
        // Mostly values that occur, in one of the ways of writing them.
        let texts = match property {
            "plan" => vec![json!("pro"), json!("free"), json!(""), json!(1), json!("1"), json!("true")],
            "amount" => vec![json!(1), json!("2.5"), json!(10), json!("12")],
            "tags" => vec![json!("a"), json!("b"), json!("c"), json!(1)],
            "role" => vec![json!("dev"), json!("ops"), json!(""), json!(3)],
            "teams" => vec![json!("x"), json!("y")],
            "tier" => vec![json!("gold"), json!("tin"), json!("7")],
            _ => vec![json!("i1"), json!("x"), json!(4)],
        };
        let numbers = [json!(0), json!(1), json!(2.5), json!(5), json!(-1)];
        // Which of two events of one millisecond opens a session is not told.
        if self.breakdowns && self.chance(0.12) {
            let name = one(self.rng, &["$duration_s", "$event_count", "$first_event", "$last_event", "plan"]);
            let (op, value) = match name {
                "$duration_s" => ("gt", json!(one(self.rng, &[0, 600, 3600]))),
                "$event_count" => (one(self.rng, &["lte", "is"]), json!(self.rng.random_range(1..4))),
                "plan" => (one(self.rng, &["is", "is_not"]), json!("pro")),
                _ => ("is", json!(["A", "B"])),
            };
            return json!({"property": name, "of": "session", "op": op, "value": value});
        }
        if self.chance(0.08) {
            return json!({"time": "hour_of_day", "op": "between", "value": [6, self.rng.random_range(6..20)]});
        }
        if self.chance(0.05) {
            return json!({"time": one(self.rng, &["day_of_week", "day_of_month"]), "op": one(self.rng, &["is", "is_not"]), "value": [1, 2, 28]});
        }
        let in_numbers = property == "amount" || self.chance(0.2);
        let ops: &[&str] = if in_numbers {
            &["gt", "gte", "lt", "lte", "between", "is", "set"]
        } else {
            &["is", "is", "is_not", "is_not", "contains", "not_contains", "starts_with", "ends_with", "set", "not_set", "any_of_list", "all_of_list"]
        };
        let op = one(self.rng, ops);
        let value = match op {
            "set" | "not_set" => Value::Null,
            "gt" | "gte" | "lt" | "lte" => one(self.rng, &numbers),
            "between" => json!([-1, one(self.rng, &numbers[1..4])]),
            "any_of_list" | "all_of_list" => json!([one(self.rng, &texts), one(self.rng, &texts)]),
            "starts_with" | "ends_with" | "contains" | "not_contains" => one(self.rng, &[json!("p"), json!("r"), json!("o"), json!("i"), json!("EE")]),
            _ if self.chance(0.3) => json!([one(self.rng, &texts), one(self.rng, &texts)]),
            _ => one(self.rng, &texts),
        };
        let mut leaf = json!({"property": property, "of": of, "op": op});
        if !value.is_null() {
            leaf["value"] = value;
        }
        if of == "person" && !self.no_past && self.chance(0.3) {
            leaf["at"] = json!("event");
        }
        if matches!(property, "tags" | "teams") && self.chance(0.4) {
            leaf["items"] = self.pick(&["any", "all"]);
        }
        leaf
    }

    pub(crate) fn filter(&mut self, depth: usize, did: bool) -> Value {
        match self.rng.random_range(0..12) {
            0 | 1 if depth > 0 => json!({"all": [self.filter(depth - 1, did), self.filter(depth - 1, did)]}),
            2 | 3 if depth > 0 => json!({"any": [self.filter(depth - 1, did), self.filter(depth - 1, did)]}),
            4 if depth > 0 => json!({"not": self.filter(depth - 1, did)}),
            5 => json!({"cohort": one(self.rng, &["vip", "new", "shaped"]), "in": self.chance(0.7)}),
            6 => json!({"event": one(self.rng, &["A", "B"])}),
            9 => json!({"property": FORMULAS[0], "op": one(self.rng, &["gt", "lte", "is", "is_not"]), "value": one(self.rng, &[3, 6, 21])}),
            7 | 8 if did => {
                let mut select = json!({"event": one(self.rng, &["A", "B", "C"])});
                if self.chance(0.3) {
                    select["where"] = self.leaf();
                }
                let mut did = json!({"did": select});
                if self.chance(0.7) {
                    did["count"] = json!({"op": one(self.rng, &["gte", "lt", "eq", "ne"]), "value": self.rng.random_range(0..4)});
                }
                if self.chance(0.5) {
                    did["within"] = self.range();
                }
                did
            }
            _ => self.leaf(),
        }
    }

    fn breakdown(&mut self) -> Value {
        match self.rng.random_range(0..14) {
            9 => json!({"time": one(self.rng, &["hour_of_day", "day_of_week", "day_of_month", "month_of_year", "day", "week", "month", "year"])}),
            10 => json!({"property": one(self.rng, &["$duration_s", "$event_count", "$first_event", "$last_event", "plan"]), "of": "session"}),
            11 => json!({"property": "role", "of": "person", "at": "event"}),
            12 => json!({"property": one(self.rng, &["tags", "plan"]), "matching": {"op": one(self.rng, &["is", "is_not", "contains"]), "value": "b"}}),
            13 => {
                json!({"property": one(self.rng, &["plan", "tags"]), "groups": [{"label": "paid", "op": "is", "value": ["pro", "Pro", "b"]}, {"label": "rest", "op": "set"}]})
            }
            0 => json!({"cohort": ["vip", "shaped"]}),
            1 => json!({"cohort": "vip"}),
            2 => json!({"bucket": {"property": "amount", "edges": [0, 2, 10]}}),
            3 => json!({"property": "role", "of": "person"}),
            4 => json!({"property": "tier", "of": "group:company"}),
            5 => json!({"property": "$current_url", "trim": "url"}),
            6 => json!({"property": one(self.rng, &FORMULAS)}),
            _ => json!({"property": one(self.rng, &["plan", "tags", "item", "deep.er", "amount", "teams of nobody"])}),
        }
    }

    fn attribution(&mut self) -> Value {
        let n = self.rng.random_range(1..3);
        let series: Vec<Value> = (0..n)
            .map(|i| json!({"select": self.selector(), "measure": one(self.rng, &[json!("total"), json!("unique"), json!({"sum": "amount"})]), "label": format!("S{i}")}))
            .collect();
        let shares = json!({"first": 5, "between": 3, "last": 2});
        let model = one(
            self.rng,
            &[json!("first"), json!("last"), json!("linear"), json!("participation"), json!("time_decay"), json!("u"), json!("j"), json!("inverse_j"), shares],
        );
        let mut attribution = json!({"by": {"property": one(self.rng, &["plan", "item", "tags"])}, "model": model});
        if self.chance(0.5) {
            attribution["touch"] = self.selector();
        }
        if self.chance(0.6) {
            attribution["lookback"] = json!({"n": self.rng.random_range(0..200), "unit": "hour"});
        }
        if self.chance(0.5) {
            attribution["conversion"] = self.pick(&["first", "last"]);
        }
        json!({"series": series, "interval": self.interval(), "attribution": attribution})
    }

    fn impact(&mut self) -> Value {
        let mut question = json!({"launch": self.plain_selector(), "metric": self.plain_selector(), "days": self.rng.random_range(1..5)});
        if self.chance(0.7) {
            question["measure"] = one(self.rng, &[json!("total"), json!("unique"), json!({"sum": "amount"})]);
        }
        if self.chance(0.3) {
            question["population"] = self.plain_selector();
        }
        question
    }

    fn driver(&mut self) -> Value {
        let mut question = json!({"goal": self.plain_selector(), "fewest_people": 1, "limit": 1000});
        if self.chance(0.4) {
            question["population"] = self.plain_selector();
        }
        if self.chance(0.4) {
            question["window"] = json!({"n": self.rng.random_range(0..100), "unit": "hour"});
        }
        if self.chance(0.5) {
            question["times"] = json!([1, 2, 3]);
        }
        if self.chance(0.6) {
            question["properties"] = json!([{"property": "plan"}, {"property": "tags"}, {"property": "role", "of": "person"}]);
        }
        question
    }

    fn friction(&mut self) -> Value {
        let mut question = json!({"interval": self.interval(), "limit": 1000});
        if self.chance(0.6) {
            question["goal"] = self.plain_selector();
        }
        if self.chance(0.3) {
            question["weights"] =
                json!({"rage_click": {"points": 2.5}, "dead_click": {"cap": 1}, "zoom_burst": {"points": 1}, "loop": {"points": 3, "cap": 2}});
        }
        question
    }

    fn heatmap(&mut self) -> Value {
        let mut question = json!({"limit": 1000});
        if self.chance(0.7) {
            question["page"] = self.pick(&["/a", "/b", "/b"]);
        } else {
            question["pages"] = json!({"property": "$page", "op": "set"});
        }
        if self.chance(0.3) {
            question["device"] = self.pick(&["desktop", "tablet", "mobile"]);
        }
        if self.chance(0.5) {
            question["goal"] = self.plain_selector();
        }
        if self.chance(0.4) {
            question["zones"] =
                json!([{"name": "Save", "selector": "[id=\"save\"]"}, {"name": "All", "selector": ["button.buy", "nav", "[id=\"save\"] > span"]}]);
        }
        question
    }

    fn feature(&mut self) -> Value {
        let n = self.rng.random_range(1..4);
        let mut question = json!({"features": (0..n).map(|_| self.plain_selector()).collect::<Vec<_>>(), "unit": self.pick(&["day", "week", "month"])});
        question["periods"] = json!(self.rng.random_range(0..4));
        question["power_share"] = one(self.rng, &[json!(0.1), json!(0.3), json!(0.5)]);
        if self.chance(0.4) {
            question["population"] = self.plain_selector();
        }
        question
    }

    /// Without first times, which these questions look for themselves.
    fn plain_selector(&mut self) -> Value {
        let mut select = self.selector();
        select.as_object_mut().unwrap().remove("first_time");
        select
    }

    /// A cohort's conditions.
    fn definition(&mut self, depth: usize) -> Value {
        match self.rng.random_range(0..14) {
            0..3 if depth > 0 => json!({"all": [self.definition(depth - 1), self.definition(depth - 1)]}),
            3 | 4 if depth > 0 => json!({"any": [self.definition(depth - 1), self.definition(depth - 1)]}),
            5 if depth > 0 => json!({"not": self.definition(depth - 1)}),
            6 => {
                let no_past = std::mem::replace(&mut self.no_past, true);
                let mut property = self.leaf();
                while property["of"] != "person" {
                    property = self.leaf();
                }
                self.no_past = no_past;
                property
            }
            7 => json!({"cohort": one(self.rng, &["vip", "new"]), "in": self.chance(0.6)}),
            8 => one(self.rng, &[json!({"people": ["u2", "$device:d0", "nobody"]}), json!({"all": []}), json!({"any": []})]),
            9 => {
                let mut condition = json!({"did_not": self.selector()});
                self.within(&mut condition);
                condition
            }
            10 => {
                let mut steps = vec![json!({"event": "A"}), json!({"event": "B"}), json!({"event": "C"})];
                steps.truncate(self.rng.random_range(1..4));
                // With ties, which event serves which step is tried in one way only.
                if self.breakdowns {
                    steps[0] = self.selector();
                }
                let mut condition = json!({"sequence": steps});
                if self.chance(0.5) {
                    condition["window"] = json!({"n": self.rng.random_range(0..50), "unit": "hour"});
                }
                self.within(&mut condition);
                condition
            }
            11 => {
                json!({"of": {"kind": "trend", "series": [{"select": {"event": "B"}, "measure": "unique"}], "range": self.range(), "timezone": self.zone}, "at": {}})
            }
            _ => self.did(),
        }
    }

    fn did(&mut self) -> Value {
        let mut condition = json!({"did": self.selector()});
        match self.rng.random_range(0..6) {
            0 => condition["measure"] = json!("days"),
            1 => condition["measure"] = json!({"distinct": one(self.rng, &["plan", "item"])}),
            2 => {
                let word = one(self.rng, &["sum", "average", "median", "min", "max"]);
                condition["measure"] = json!({word: "amount"});
            }
            _ => {}
        }
        if condition["measure"].is_string() || condition["measure"].is_object() || self.chance(0.6) {
            condition["count"] = json!({"op": one(self.rng, &["gte", "gt", "lt", "lte", "eq", "ne"]), "value": self.rng.random_range(0..4)});
        }
        self.within(&mut condition);
        condition
    }

    fn within(&mut self, condition: &mut Value) {
        if self.chance(0.3) {
            condition["within"] = self.range();
        } else if self.chance(0.2) {
            let first = jiff::Timestamp::from_millisecond(self.shape.start_ms + self.shape.length_ms / 3).unwrap();
            condition["within"] = json!({"since": first.to_string()[..10]});
        }
    }

    fn interval(&mut self) -> Value {
        self.pick(&["hour", "day", "day", "week", "month"])
    }

    fn trend(&mut self) -> Value {
        let n = self.rng.random_range(1..4);
        let series: Vec<Value> = (0..n)
            .map(|i| {
                let measure = self.measure();
                let mut series = json!({"select": self.selector(), "measure": measure});
                series["label"] = json!(format!("S{i}"));
                if self.chance(0.1) {
                    series["actor"] = self.pick(&["device", "group:company", "person"]);
                }
                series
            })
            .collect();
        // What counts once, and each session, is told of a range alone.
        let once = |series: &Value| series["measure"].get("per_session").is_some() || series["measure"]["unique"].is_string();
        let plain = !series.iter().any(once);
        let mut question = json!({"series": series, "interval": self.interval()});
        if n > 1 && self.chance(0.4) {
            question["formulas"] = json!([one(self.rng, &["A / B", "A + B", "A * 2 - B", "A / B * 100"])]);
        }
        if plain && self.chance(0.25) {
            question["cumulative"] = json!(true);
        }
        if plain && self.chance(0.2) {
            question["rolling"] = json!(self.rng.random_range(1..5));
        }
        if self.chance(0.15) {
            question["compare"] = json!({"previous": self.rng.random_range(1..3)});
        }
        question
    }

    fn measure(&mut self) -> Value {
        match self.rng.random_range(0..19) {
            15 => json!({"unique": one(self.rng, &["first", "last"])}),
            16 => json!({"per_session": one(self.rng, &["total", "events", "duration"]), "then": one(self.rng, &["average", "median", "max", "sum"])}),
            17 => json!({"per_session": {"sum": "amount"}, "then": {"percentile": 75}}),
            18 => json!({"per_person": "total", "then": {"distribution": [0, 1, 2, 4]}}),
            0..3 => json!("total"),
            3..7 => json!("unique"),
            7 => json!("sessions"),
            8 => json!({"active": one(self.rng, &[1, 3, 7, 30])}),
            9 => json!({"percentile": one(self.rng, &[0, 25, 90, 100]), "property": "amount"}),
            10 => json!({"distinct": one(self.rng, &["plan", "amount", "item"])}),
            11 => json!({"per_person": "total", "then": one(self.rng, &["average", "median", "min", "max", "sum"])}),
            12 => json!({"per_person": {"sum": "amount"}, "then": {"percentile": 50}}),
            _ => {
                let word = one(self.rng, &["sum", "average", "median", "min", "max"]);
                json!({word: "amount"})
            }
        }
    }

    fn funnel(&mut self) -> Value {
        let n = self.rng.random_range(1..5);
        let steps: Vec<Value> = (0..n).map(|_| self.selector()).collect();
        let order = one(self.rng, &["ordered", "ordered", "ordered", "any", "strict"]);
        let mut question = json!({"steps": steps, "order": order});
        let length = self.shape.length_ms / 3_600_000;
        question["window"] = match self.rng.random_range(0..10) {
            0 => json!({"n": 1, "unit": "session"}),
            1 => json!({"n": 2, "unit": "session"}),
            2 => json!({"n": 30, "unit": "day"}),
            _ => json!({"n": self.rng.random_range(0..=length), "unit": "hour"}),
        };
        question["count"] = self.pick(&["person", "person", "total", "session"]);
        if self.chance(0.2) {
            question["reentry"] = json!("first");
        }
        if n > 1 && self.chance(0.3) {
            let after = self.rng.random_range(1..n);
            let before = self.rng.random_range(after + 1..=n);
            question["exclude"] = json!([{"select": self.selector(), "after": after, "before": before}]);
        }
        if n > 2 && order == "ordered" && self.chance(0.25) {
            question["optional"] = json!([self.rng.random_range(2..n)]);
        }
        if self.chance(0.15) {
            question["hold"] = one(self.rng, &[json!(["item"]), json!(["item", "plan"])]);
        }
        if order != "any" && self.chance(0.2) {
            question["ties"] = json!("later");
        }
        if self.chance(0.25) {
            question["interval"] = self.interval();
        }
        if n > 1 && self.chance(0.2) {
            question["time_to_convert"] = json!({"from": 1, "to": n, "edges": [0, 600, 3600, 86400]});
        }
        if self.breakdowns && self.chance(0.2) {
            question["sum"] = json!("amount");
        }
        if self.breakdowns && n > 1 && self.chance(0.2) {
            question["between"] = json!({"select": {"event": one(self.rng, &["A", "B", "C"])}, "from": 1, "to": n});
            if self.chance(0.5) {
                question["between"]["measure"] = json!({"sum": "amount"});
            }
        }
        if self.chance(0.5) {
            question["attribute"] = json!(one(self.rng, &["first".to_owned(), "last".to_owned(), format!("step:{}", 1 + n / 2)]));
        }
        question
    }

    fn retention(&mut self) -> Value {
        let mut question = json!({"birth": self.selector(), "return": self.selector(), "unit": self.pick(&["hour", "day", "day", "week", "month"]), "periods": self.rng.random_range(0..9)});
        if self.chance(0.4) {
            question["first_time"] = one(self.rng, &[json!(true), json!("in_range"), json!(false)][usize::from(!self.breakdowns)..]);
        }
        if self.chance(0.5) {
            question["alignment"] = self.pick(&["calendar", "rolling"]);
        }
        if self.chance(0.6) {
            question["criterion"] = self.pick(&["on", "on_or_after", "on_or_before", "streak"]);
        }
        if self.chance(0.25) {
            question["brackets"] = one(self.rng, &[json!([1, 2, 3]), json!([1, 7, 30]), json!([2])]);
        }
        if self.chance(0.3) {
            question["return_count"] = json!({"op": one(self.rng, &["gte", "eq", "lte"]), "value": self.rng.random_range(1..3)});
        }
        // Amounts would tell which of two births of one millisecond came first.
        if self.breakdowns && self.chance(0.3) {
            question["measure"] = one(self.rng, &[json!({"sum": "amount"}), json!({"average": "amount"}), json!("people")]);
        }
        if self.chance(0.2) {
            question["average"] = json!("weighted");
        }
        question
    }

    fn frequency(&mut self) -> Value {
        let mut question =
            json!({"select": self.selector(), "period": self.pick(&["day", "week", "month", "range"]), "unit": self.pick(&["hour", "day", "week", "month"])});
        question["mode"] = self.pick(&["exactly", "at_least"]);
        if question["period"] == "range" && self.chance(0.4) {
            question["unit_count"] = json!(self.rng.random_range(2..4));
        }
        if self.chance(0.3) {
            question["gaps"] = json!(true);
        }
        if self.chance(0.4) {
            question["count"] = json!({"op": one(self.rng, &["gte", "eq", "lte"]), "value": self.rng.random_range(1..3)});
        }
        question
    }

    fn lifecycle(&mut self) -> Value {
        let mut select = self.selector();
        select.as_object_mut().unwrap().remove("first_time");
        json!({"select": select, "interval": self.interval()})
    }

    fn journey(&mut self) -> Value {
        let mut question = json!({"over": self.pick(&["session", "person"]), "node": self.pick(&["event", "event", "page", "page_group"]), "depth": self.rng.random_range(1..7)});
        question["direction"] = self.pick(&["forward", "reverse"]);
        let reverse = question["direction"] == "reverse";
        if self.chance(0.5) {
            let occurrence = one(self.rng, &["first", "last", "each", if reverse { "exit" } else { "entry" }]);
            question["anchor"] = if self.chance(0.5) {
                json!({"node": one(self.rng, &["A", "B", "/"]), "occurrence": occurrence})
            } else {
                json!({"select": {"event": "B"}, "occurrence": occurrence})
            };
        }
        if self.chance(0.3) {
            question["until"] = json!({"node": one(self.rng, &["A", "C"])});
        }
        if self.chance(0.5) {
            question["collapse_repeats"] = json!(self.chance(0.5));
        }
        if self.chance(0.2) {
            question["hide"] = json!(["D"]);
        }
        if self.chance(0.2) {
            question["select"] = self.filter(1, false);
        }
        if question["node"] == "page_group" {
            question["page_mappings"] = json!({"": [{"op": "under", "value": "/a", "group": "Section A"}]});
        }
        if self.chance(0.4) {
            question["goal"] = json!({"event": one(self.rng, &["A", "C"])});
        }
        for told in ["friction", "nodes", "loops"] {
            if self.chance(0.4) {
                question[told] = json!(true);
            }
        }
        question
    }
}
