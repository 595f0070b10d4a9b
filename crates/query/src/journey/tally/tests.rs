#![allow(clippy::unwrap_used)]

use super::{Paths, Sum};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::collections::BTreeMap;

/// Short paths of few nodes are ordered as numbers, others are compared; both are held against a map.
#[test]
fn equal_paths_become_one() {
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    for (n_nodes, longest) in [(1, 1), (2, 3), (3, 8), (60, 5), (255, 16), (255, 17), (256, 14), (5, 60), (70_000, 8)] {
        for n_paths in [0usize, 1, 2, 300] {
            let mut paths = Paths::default();
            let mut expected: BTreeMap<Vec<u32>, (u64, u64, Vec<i64>)> = BTreeMap::new();
            for _ in 0..n_paths {
                let length = rng.random_range(1..=longest);
                let nodes: Vec<u32> =
                    (0..length).map(|_| rng.random_range(0..n_nodes.min(4))).map(|node: u32| if node == 0 { n_nodes - 1 } else { node - 1 }).collect();
                let milliseconds: Vec<i64> = (0..length).map(|at| if at == 0 { 0 } else { rng.random_range(0..1000) }).collect();
                let exits = u64::from(rng.random_bool(0.3));
                paths.push(nodes.iter().copied(), milliseconds.iter().copied(), Sum { count: 1, exits, ..Sum::default() });
                let sum = expected.entry(nodes).or_insert((0, 0, vec![0; length]));
                sum.0 += 1;
                sum.1 += exits;
                sum.2.iter_mut().zip(milliseconds).for_each(|(a, b)| *a += b);
            }
            let added = paths.added_up(n_nodes as usize);
            let got: Vec<_> = (0..added.len())
                .map(|path| {
                    let milliseconds = std::iter::once(0).chain(added.milliseconds(path).iter().copied()).collect();
                    (added.nodes(path).to_vec(), (added.sum(path).count, added.sum(path).exits, milliseconds))
                })
                .collect();
            assert_eq!(got, expected.into_iter().collect::<Vec<_>>(), "{n_nodes} nodes, {longest} at most, {n_paths} paths");
        }
    }
}
