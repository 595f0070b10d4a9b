#![allow(clippy::unwrap_used)]

use super::super::{Sheet, SheetWriter};
use super::*;
use arrow_array::{
    Int64Array, RecordBatch, UInt32Array,
    cast::AsArray,
    types::{Int64Type, UInt32Type},
};
use arrow_schema::{DataType, Field, Schema};
use parquet::{
    basic::{Compression, Encoding},
    file::properties::{EnabledStatistics, WriterProperties},
};
use proptest::prelude::*;
use std::sync::Arc;

fn sheet_of(folder: &std::path::Path, ordinals: &[u32], times: &[i64], page_rows: usize) -> Sheet {
    let schema = Arc::new(Schema::new(vec![Field::new("person", DataType::UInt32, false), Field::new("time", DataType::Int64, false)]));
    let properties = WriterProperties::builder()
        .set_statistics_enabled(EnabledStatistics::None)
        .set_dictionary_enabled(false)
        .set_encoding(Encoding::DELTA_BINARY_PACKED)
        .set_compression(Compression::UNCOMPRESSED)
        .set_data_page_row_count_limit(page_rows)
        .set_write_batch_size(7);
    let path = folder.join("sheet.parquet");
    let mut writer = SheetWriter::create(&path, Arc::clone(&schema), properties).unwrap();
    let columns: Vec<arrow_array::ArrayRef> = vec![Arc::new(UInt32Array::from(ordinals.to_vec())), Arc::new(Int64Array::from(times.to_vec()))];
    writer.write_group(&RecordBatch::try_new(schema, columns).unwrap()).unwrap();
    let seal = writer.finish(Vec::new()).unwrap();
    Sheet::open(&path, seal).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Any numbers, any pages, any rows: what is read straight from the pages is what was written.
    #[test]
    fn packed_numbers_come_back(
        seed in prop::collection::vec((any::<u32>(), any::<i64>(), 0u32..64), 1..700),
        page_rows in 1usize..300,
        cuts in prop::collection::vec(0usize..700, 0..12),
    ) {
        let ordinals: Vec<u32> = seed.iter().map(|one| one.0.checked_shr(one.2).unwrap_or(u32::MAX)).collect();
        let times: Vec<i64> = seed.iter().map(|one| one.1 >> one.2).collect();
        let folder = tempfile::tempdir().unwrap();
        let sheet = sheet_of(folder.path(), &ordinals, &times, page_rows);
        let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut % (seed.len() + 1)).collect();
        cuts.sort_unstable();
        cuts.dedup();
        let ranges: Vec<Range<usize>> = cuts.chunks_exact(2).map(|pair| pair[0]..pair[1]).collect();
        let fast: Vec<Option<arrow_array::ArrayRef>> = (0..2).map(|column| sheet.read_straight(0, column, &ranges).unwrap()).collect();
        let rows: Vec<usize> = ranges.iter().flat_map(Clone::clone).collect();
        let wanted: (Vec<u32>, Vec<i64>) = rows.iter().map(|row| (ordinals[*row], times[*row])).unzip();
        prop_assert_eq!(fast[0].as_ref().unwrap().as_primitive::<UInt32Type>().values().to_vec(), wanted.0);
        prop_assert_eq!(fast[1].as_ref().unwrap().as_primitive::<Int64Type>().values().to_vec(), wanted.1);
        // The general way, and all rows.
        let general = sheet.read_general(0, &[0, 1], Some(&ranges)).unwrap();
        prop_assert_eq!(general.column(1).as_primitive::<Int64Type>().values().to_vec(), rows.iter().map(|row| times[*row]).collect::<Vec<_>>());
        prop_assert_eq!(sheet.read(0, &[0, 1], None).unwrap().column(0).as_primitive::<UInt32Type>().values().to_vec(), ordinals);
    }

    /// Damaged bytes are an error or other numbers, never a panic.
    #[test]
    fn any_bytes_can_be_read(bytes in prop::collection::vec(any::<u8>(), 0..200), rows in 0usize..100) {
        let _ = packed_body(&bytes);
        if let Ok(mut decoder) = Decoder::new(&bytes) {
            let _ = decoder.take::<i64>(rows / 2..rows, &mut Vec::new());
        }
    }
}

#[test]
fn every_width_comes_back() {
    for width in 1..=64usize {
        let mask = if width == 64 { u64::MAX } else { (1 << width) - 1 };
        let numbers: Vec<u64> = (0..STRETCH as u64).map(|at| at.wrapping_mul(0x9e37_79b9_7f4a_7c15) & mask).collect();
        let mut packed = vec![0u8; STRETCH / 8 * width];
        for bit in 0..STRETCH * width {
            if numbers[bit / width] >> (bit % width) & 1 != 0 {
                packed[bit / 8] |= 1 << (bit % 8);
            }
        }
        let mut got = [0; STRETCH];
        unpack(&packed, width, &mut got).unwrap();
        assert_eq!(got.to_vec(), numbers, "{width} bits");
    }
}
