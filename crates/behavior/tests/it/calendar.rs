//! Calendar units against looking at local clocks, around changes of the clock.

use proptest::prelude::*;
use sillage_behavior::calendar::{Intervals, Unit, Zone};
use sillage_testkit::oracle::calendar::Calendar;

const ZONES: [&str; 6] = ["UTC", "Europe/Paris", "America/Sao_Paulo", "Australia/Lord_Howe", "Asia/Kolkata", "Pacific/Apia"];
const UNITS: [(&str, Unit); 6] =
    [("hour", Unit::Hour), ("day", Unit::Day), ("week", Unit::Week), ("month", Unit::Month), ("quarter", Unit::Quarter), ("year", Unit::Year)];
const HOUR_MS: i64 = 3_600_000;

proptest! {
    #[test]
    fn units_hold_what_local_clocks_say(
        zone in 0..ZONES.len(),
        unit in 0..UNITS.len(),
        // From 2012 to 2030: no zone here leaves out a day.
        at in 1_330_000_000_000i64..1_900_000_000_000,
        length_hours in 1i64..2000,
        sunday: bool,
    ) {
        let (name, unit) = UNITS[unit];
        let ours = Zone::new(ZONES[zone], sunday).unwrap();
        let naive = Calendar::new(ZONES[zone], sunday);
        let start = ours.floor(at, unit);
        prop_assert_eq!(start, naive.start(at, name));
        prop_assert_eq!(ours.step(start, unit, 1), naive.end(at, name));
        prop_assert_eq!(ours.step(ours.step(start, unit, 3), unit, -3), start);
        prop_assert_eq!(ours.format(start), naive.written(start));
        let intervals = Intervals::cover(&ours, unit, at, at + length_hours * HOUR_MS, 10_000).unwrap();
        let bounds = naive.units(at, at + length_hours * HOUR_MS, name);
        prop_assert_eq!(&intervals.starts[..], &bounds[..bounds.len() - 1]);
        for (i, bound) in bounds.windows(2).enumerate() {
            prop_assert_eq!(intervals.index(bound[0]), Some(i));
            prop_assert_eq!(intervals.index(bound[1] - 1), Some(i));
        }
        prop_assert_eq!(intervals.index(bounds[0] - 1), None);
    }
}
