use super::disputed;
use crate::scan::ties::tests::segments::of_ranges;

mod segments {
    use sillage_event::Event;
    use sillage_store::{MemorySegment, SegmentBuilder};

    pub(super) fn of_ranges(ranges: &[(i64, i64)]) -> Vec<MemorySegment> {
        let event = |time: i64| Event { name: "A".into(), time, distinct_id: "u".into(), insert_id: time.to_string(), ..Event::default() };
        let build = |(from, to): &(i64, i64)| {
            let mut builder = SegmentBuilder::new();
            [*from, *to].into_iter().for_each(|time| builder.push(&event(time), None));
            builder.finish(1, 0, 0).unwrap()
        };
        ranges.iter().map(build).collect()
    }
}

type Spans = &'static [(i64, i64)];

#[test]
fn only_times_of_more_than_one_segment_are_in_dispute() {
    let cases: [(Spans, Spans); 6] = [
        (&[], &[]),
        (&[(0, 10), (11, 20)], &[]),
        (&[(0, 10), (10, 20)], &[(10, 10)]),
        (&[(5, 15), (0, 10), (12, 30)], &[(5, 10), (12, 15)]),
        (&[(0, 100), (10, 20), (15, 30), (40, 50)], &[(10, 30), (40, 50)]),
        (&[(0, 5), (0, 5), (3, 9)], &[(0, 5)]),
    ];
    for (ranges, expected) in cases {
        let segments = of_ranges(ranges);
        let segments: Vec<&dyn sillage_store::Segment> = segments.iter().map(|one| one as &dyn sillage_store::Segment).collect();
        assert_eq!(disputed(&segments), expected, "{ranges:?}");
    }
}
