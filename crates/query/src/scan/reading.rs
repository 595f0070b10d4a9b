//! Requests read bucket by bucket.

use super::{
    Bucket, Context, Nodes, Request,
    decode::Decoder,
    gather::Gather,
    read::Shared,
    side::{self, Strays},
    stream::Scratch,
    ties,
};
use crate::{
    group::Groups,
    memory::{Held, Holding},
    people::{self, Mapping, Within},
};
use parking_lot::Mutex;
use rayon::prelude::*;
use sillage_behavior::AskError;
use sillage_event::{Actor, PersonId};
use sillage_store::Segment;

/// Reads and makes one partial answer per bucket, added up by `merge`.
pub(crate) fn run<P: Held + Send>(
    context: &Context<'_>,
    request: &Request<'_>,
    partial: impl Fn(&mut Bucket<'_>) -> Result<P, AskError> + Sync,
    merge: impl Fn(P, P) -> P + Sync,
) -> Result<Option<P>, AskError> {
    run_together(context, &[request], |people| people.read(0, &partial), merge)
}

/// The same of several requests at once: what one tells of the people of a bucket is known when the next one is read.
pub(crate) fn run_together<P: Held + Send>(
    context: &Context<'_>,
    requests: &[&Request<'_>],
    partial: impl Fn(&mut InBucket<'_, '_>) -> Result<P, AskError> + Sync,
    merge: impl Fn(P, P) -> P + Sync,
) -> Result<Option<P>, AskError> {
    let holding = context.memory.hold();
    let mut readings: Vec<Reading<'_>> = requests.iter().map(|request| Reading::new(context, request)).collect::<Result<_, _>>()?;
    let bits = readings.iter().flat_map(|reading| &reading.segments).map(|segment| segment.bucket_bits()).max().unwrap_or(0);
    readings.iter_mut().try_for_each(|reading| reading.begin(bits, &holding))?;
    let readings = readings;
    // Each request has other columns.
    let pools: Vec<Mutex<Vec<Scratch<'_>>>> = readings.iter().map(|_| Mutex::default()).collect();
    let gather = Gather::new(&holding, bits, merge);
    (0..1usize << bits).into_par_iter().try_for_each(|bucket| {
        context.check()?;
        let mut people = InBucket { readings: &readings, pools: &pools, bucket, read: 0 };
        let part = partial(&mut people)?;
        gather.add(bucket, part)
    })?;
    Ok(gather.into_sum())
}

/// The people of one bucket, to be read of by one request after the other.
pub(crate) struct InBucket<'b, 'c> {
    readings: &'c [Reading<'c>],
    /// Memory to lend, by request.
    pools: &'b [Mutex<Vec<Scratch<'c>>>],
    bucket: usize,
    /// The requests that were read, one bit each.
    read: u64,
}

impl<'c> InBucket<'_, 'c> {
    /// What a request tells of them; each is read once.
    pub(crate) fn read<T>(&mut self, request: usize, look: impl FnOnce(&mut Bucket<'c>) -> Result<T, AskError>) -> Result<T, AskError> {
        self.read |= 1 << request;
        let mut scratch = self.pools[request].lock().pop().unwrap_or_default();
        let mut bucket = self.readings[request].bucket(self.bucket, &mut scratch)?;
        let found = look(&mut bucket);
        bucket.give_back(&mut scratch);
        self.pools[request].lock().push(scratch);
        found
    }
}

impl Drop for InBucket<'_, '_> {
    fn drop(&mut self) {
        for (_, reading) in self.readings.iter().enumerate().filter(|(at, _)| self.read & 1 << at == 0) {
            reading.pass_by(self.bucket);
        }
    }
}

/// A request made ready.
struct Reading<'c> {
    context: &'c Context<'c>,
    request: &'c Request<'c>,
    decoder: Decoder<'c>,
    segments: Vec<&'c dyn Segment>,
    /// The links that came since each segment was written.
    moved: Vec<Vec<(PersonId, PersonId)>>,
    /// How fine the buckets are.
    bits: u32,
    side: Vec<Strays<'c>>,
    shared: Vec<Shared>,
}

impl<'c> Reading<'c> {
    fn new(context: &'c Context<'c>, request: &'c Request<'c>) -> Result<Self, AskError> {
        let mut decoder = Decoder::new(context, request)?;
        context.footprint.events_before(decoder.bounds().1);
        let mut segments: Vec<&dyn Segment> = context.snapshot.segments.iter().map(|one| &**one).filter(|segment| decoder.may_hold(*segment)).collect();
        // Segments of one month after the other: most of a person's rows come in order of time.
        segments.sort_by_key(|segment| segment.time_range());
        if request.ties {
            decoder.disputed = ties::disputed(&segments);
        }
        let moved = segments.iter().map(|segment| context.snapshot.links.changed_since(segment.links_applied())).collect();
        Ok(Self { context, request, decoder, segments, moved, bits: 0, side: Vec::new(), shared: Vec::new() })
    }

    /// Reads what does not lie in its person's bucket.
    fn begin(&mut self, bits: u32, holding: &Holding<'_>) -> Result<(), AskError> {
        self.bits = bits;
        self.side = side::read(self.context, self.request, &self.decoder, &self.segments, &self.moved, bits, holding)?;
        self.shared = self.segments.iter().map(|segment| Shared::new(segment.bucket_bits(), bits)).collect();
        Ok(())
    }

    fn bucket(&'c self, bucket: usize, scratch: &mut Scratch<'c>) -> Result<Bucket<'c>, AskError> {
        let Self { context, request, decoder, segments, moved, bits, side, shared } = self;
        let (mut rows, mut ids) = scratch.take(Groups::new(request.keep.clone(), request.counts_groups), Nodes::new(request.nodes));
        let mut parts: Vec<(usize, usize)> = Vec::with_capacity(segments.len());
        let mut mappings: Vec<Mapping> = Vec::with_capacity(segments.len());
        for (s, segment) in segments.iter().enumerate().filter(|_| context.actor == Actor::Person) {
            let own_bits = segment.bucket_bits();
            let (own_bucket, within) = if request.by_person {
                (bucket >> (bits - own_bits), Some(Within { bits: *bits, bucket }))
            } else if bucket < 1 << own_bits {
                // A question that does not look at people takes each segment in its own buckets.
                (bucket, None)
            } else {
                continue;
            };
            parts.push((s, own_bucket));
            mappings.push(if decoder.uses_people() { Mapping::new(*segment, own_bucket, &moved[s], within)? } else { Mapping::default() });
        }
        people::merge_people(&mut mappings, side.iter().flat_map(|strays| strays.people(bucket).iter().copied()), &mut ids);
        for ((s, own_bucket), mapping) in parts.iter().zip(&mappings) {
            if request.by_person && segments[*s].bucket_bits() < *bits {
                decoder.decode_slice(segments[*s], &shared[*s], bucket, mapping, &ids, &mut rows)?;
            } else {
                decoder.decode(segments[*s], *own_bucket, mapping, &ids, &mut rows)?;
            }
            context.check()?;
        }
        side.iter().for_each(|strays| strays.append_to(&mut rows, bucket, &ids));
        rows.rank_ties(&decoder.disputed);
        Ok(Bucket::new(context, request, decoder, ids, rows, scratch))
    }

    /// Nothing is asked of a bucket.
    fn pass_by(&self, bucket: usize) {
        if self.request.by_person && self.context.actor == Actor::Person {
            self.shared.iter().for_each(|shared| shared.pass_by(bucket >> shared.shift));
        }
    }
}
