use super::*;
use proptest::prelude::*;
use std::collections::BTreeMap;

proptest! {
    /// Whatever a person did, each of their hours is there once, by its last event, which stands twice if another has its millisecond.
    #[test]
    fn the_last_event_of_each_hour_stands_for_it(rows in prop::collection::vec((0u32..4, -3 * HOUR_MS..3 * HOUR_MS), 0..60), far in any::<bool>()) {
        let shift = if far { 1_760_000_000_000 } else { 0 };
        let ordinals: Vec<u32> = rows.iter().map(|row| if row.0 == 3 { NOBODY } else { row.0 }).collect();
        let times: Vec<i64> = rows.iter().map(|row| row.1 / 500 * 500 + shift).collect();
        let mut expected = Vec::new();
        for person in 0..3 {
            let mut hours: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
            for (_, time) in ordinals.iter().zip(&times).filter(|row| *row.0 == person) {
                hours.entry(time.div_euclid(HOUR_MS)).or_default().push(*time);
            }
            for of_hour in hours.values() {
                let last = of_hour.iter().max().unwrap();
                let n = of_hour.iter().filter(|time| *time == last).count().min(2);
                expected.extend(std::iter::repeat_n((person, *last), n));
            }
        }
        let last = LastOfHours::of_rows(&ordinals, &times);
        let encoded = last.encode(3);
        let decoded = LastOfHours::decode(encoded.iter().map(Vec::as_slice)).unwrap();
        prop_assert_eq!(&decoded, &last);
        let got: Vec<(u32, i64)> = decoded.ordinals.into_iter().zip(decoded.times).collect();
        prop_assert_eq!(got, expected);
    }

    #[test]
    fn hours_of_events_come_back(times in prop::collection::vec(-5 * HOUR_MS..90 * HOUR_MS, 0..200)) {
        let mut hours = EventHours::new(2);
        hours.add(1, &times);
        let mut expected: BTreeMap<i64, u64> = BTreeMap::new();
        times.iter().for_each(|time| *expected.entry(time.div_euclid(HOUR_MS) * HOUR_MS).or_default() += 1);
        let encoded = hours.encode().unwrap();
        prop_assert_eq!(encoded.len(), usize::from(!times.is_empty()));
        prop_assert_eq!(hours.of_event(1), expected.iter().map(|(hour, count)| (*hour, *count)).collect::<Vec<_>>());
        let got = encoded.first().map(|bytes| decode_hours(bytes).unwrap()).unwrap_or_default();
        prop_assert_eq!(got, expected.into_iter().collect::<Vec<_>>());
    }

    /// Damaged bytes are an error or other numbers, never a panic.
    #[test]
    fn any_bytes_can_be_read(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
        let _ = decode_hours(&bytes);
        let _ = LastOfHours::decode(std::iter::once(bytes.as_slice()));
    }
}
