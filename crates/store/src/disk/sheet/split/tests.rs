#![allow(clippy::unwrap_used)]

use super::super::{Sheet, SheetWriter};
use super::*;
use arrow_schema::{Field, Schema};
use parquet::{
    basic::{Compression, ZstdLevel},
    file::properties::WriterProperties,
};
use proptest::prelude::*;

fn sheet_of(folder: &std::path::Path, groups: &[Vec<Option<f64>>], may_be_missing: bool, page_rows: usize, is_compressed: bool) -> Sheet {
    let schema = Arc::new(Schema::new(vec![Field::new("number", DataType::Float64, may_be_missing)]));
    let properties = WriterProperties::builder()
        .set_compression(if is_compressed { Compression::ZSTD(ZstdLevel::default()) } else { Compression::UNCOMPRESSED })
        .set_data_page_row_count_limit(page_rows)
        .set_write_batch_size(7);
    let path = folder.join("sheet.parquet");
    let mut writer = SheetWriter::create(&path, Arc::clone(&schema), properties).unwrap();
    for numbers in groups {
        let column: ArrayRef = Arc::new(numbers.iter().copied().collect::<Float64Array>());
        writer.write_group(&RecordBatch::try_new(Arc::clone(&schema), vec![column]).unwrap()).unwrap();
    }
    let seal = writer.finish(Vec::new()).unwrap();
    Sheet::open(&path, seal).unwrap()
}

fn encodings(sheet: &Sheet, group: usize) -> Vec<Encoding> {
    sheet.metadata.metadata().row_group(group).column(0).encodings().collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Any numbers, any pages, any rows, some values missing: what is read straight from the pages is what was written, and what the general way gives.
    #[test]
    fn split_numbers_come_back(
        seed in prop::collection::vec((any::<f64>(), 0u8..100), 200..900),
        missing in prop_oneof![Just(0u8), 1u8..40],
        may_be_missing in any::<bool>(),
        page_rows in 1usize..300,
        is_compressed in any::<bool>(),
        cuts in prop::collection::vec(0usize..900, 0..12),
    ) {
        let may_be_missing = may_be_missing || missing > 0;
        let numbers: Vec<Option<f64>> = seed.iter().map(|(number, missed)| (*missed >= missing).then_some(*number)).collect();
        let folder = tempfile::tempdir().unwrap();
        let sheet = sheet_of(folder.path(), std::slice::from_ref(&numbers), may_be_missing, page_rows, is_compressed);
        prop_assert!(encodings(&sheet, 0).contains(&Encoding::BYTE_STREAM_SPLIT));
        let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut % (numbers.len() + 1)).collect();
        cuts.sort_unstable();
        cuts.dedup();
        let ranges: Vec<Range<usize>> = cuts.chunks_exact(2).map(|pair| pair[0]..pair[1]).collect();
        // By their bits: not every number equals itself.
        let bits = |numbers: &mut dyn Iterator<Item = Option<f64>>| numbers.map(|number| number.map(f64::to_bits)).collect::<Vec<_>>();
        let of_array = |array: &ArrayRef| bits(&mut array.as_primitive::<Float64Type>().iter());
        let wanted = bits(&mut ranges.iter().flat_map(|rows| numbers[rows.clone()].iter().copied()));
        prop_assert_eq!(of_array(&sheet.read_straight(0, 0, &ranges).unwrap().unwrap()), wanted.clone());
        prop_assert_eq!(of_array(sheet.read_general(0, &[0], Some(&ranges)).unwrap().column(0)), wanted);
        prop_assert_eq!(of_array(sheet.read(0, &[0], None).unwrap().column(0)), bits(&mut numbers.iter().copied()));
    }

    /// Damaged bytes are an error or other numbers, never a panic, and never more than was asked for.
    #[test]
    fn any_bytes_can_be_read(bytes in prop::collection::vec(any::<u8>(), 0..300), n in 0usize..60) {
        let mut numbers = Vec::new();
        if joined(&bytes, n / 2..n, &mut numbers).is_ok() {
            prop_assert_eq!(numbers.len(), n - n / 2);
        }
        let form = Form { is_compressed: false, may_be_missing: true, encodings: &SPLIT };
        let _ = Column::new(form, 0, joined).add_body(&bytes, &[n / 3..n / 2, n / 2..n]);
    }
}

#[test]
fn numbers_that_repeat_go_through_a_dictionary() {
    let folder = tempfile::tempdir().unwrap();
    let groups = [(0..1000).map(|n| Some(f64::from(n % 10))).collect(), (0..1000).map(|n| Some(f64::from(n))).collect()];
    let sheet = sheet_of(folder.path(), &groups, true, 100, true);
    for (group, numbers) in groups.iter().enumerate() {
        // The first rows decide for the whole file.
        assert!(encodings(&sheet, group).contains(&Encoding::RLE_DICTIONARY));
        assert_eq!(sheet.read(group, &[0], None).unwrap().column(0).as_primitive::<Float64Type>().iter().collect::<Vec<_>>(), *numbers);
    }
}

#[test]
fn a_file_without_rows_can_be_read() {
    let folder = tempfile::tempdir().unwrap();
    let sheet = sheet_of(folder.path(), &[], true, 100, true);
    assert_eq!(sheet.schema().fields().len(), 1);
    sheet.verify_all().unwrap();
}
