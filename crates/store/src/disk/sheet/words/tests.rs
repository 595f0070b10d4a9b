#![allow(clippy::unwrap_used)]

use super::super::{Sheet, SheetWriter};
use super::*;
use arrow_array::{RecordBatch, cast::AsArray, types::Float64Type};
use arrow_schema::{DataType, Field, Schema};
use parquet::{
    basic::{Compression, ZstdLevel},
    file::properties::{EnabledStatistics, WriterProperties},
};
use proptest::prelude::*;

fn sheet_of(folder: &std::path::Path, texts: &[Option<String>], page_rows: usize, dictionary_bytes: usize, is_compressed: bool) -> Sheet {
    let may_be_missing = texts.iter().any(Option::is_none) || texts.len().is_multiple_of(2);
    let kind = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
    let schema = Arc::new(Schema::new(vec![Field::new("text", kind, may_be_missing), Field::new("number", DataType::Float64, may_be_missing)]));
    let properties = WriterProperties::builder()
        .set_statistics_enabled(EnabledStatistics::None)
        .set_compression(if is_compressed { Compression::ZSTD(ZstdLevel::default()) } else { Compression::UNCOMPRESSED })
        .set_data_page_row_count_limit(page_rows)
        .set_dictionary_page_size_limit(dictionary_bytes)
        .set_write_batch_size(7);
    let path = folder.join("sheet.parquet");
    let mut writer = SheetWriter::create(&path, Arc::clone(&schema), properties).unwrap();
    let column: ArrayRef = Arc::new(texts.iter().map(Option::as_deref).collect::<DictionaryArray<Int32Type>>());
    let numbers: ArrayRef = Arc::new(numbers_of(texts).into_iter().collect::<Float64Array>());
    writer.write_group(&RecordBatch::try_new(schema, vec![column, numbers]).unwrap()).unwrap();
    let seal = writer.finish(Vec::new()).unwrap();
    Sheet::open(&path, seal).unwrap()
}

/// A number for each text.
fn numbers_of(texts: &[Option<String>]) -> Vec<Option<f64>> {
    texts.iter().map(|text| text.as_deref().map(|text| text.trim_start_matches("é-").parse::<f64>().unwrap() / 8.0)).collect()
}

fn texts_of(array: &ArrayRef) -> Vec<Option<String>> {
    let array = array.as_dictionary::<Int32Type>();
    let values = array.values().as_string::<i32>();
    array.keys().iter().map(|key| key.map(|key| values.value(key as usize).to_owned())).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Any words, any pages, any rows, some values missing: what is read straight from the pages is what was written, and what the general way gives.
    #[test]
    fn words_come_back(
        seed in prop::collection::vec((0u32..1000, 0u8..100), 1..900),
        n_words in 1u32..600,
        missing in prop_oneof![Just(0u8), 1u8..101],
        stretch in 1usize..40,
        page_rows in 1usize..300,
        dictionary_bytes in prop_oneof![Just(1usize << 20), 10usize..2_000],
        is_compressed in any::<bool>(),
        cuts in prop::collection::vec(0usize..900, 0..12),
    ) {
        // Runs of the same word, since these are written in another way.
        let texts: Vec<Option<String>> = (0..seed.len())
            .map(|row| {
                let (word, missed) = seed[row / stretch * stretch];
                (missed >= missing).then(|| format!("é-{}", word % n_words))
            })
            .collect();
        let folder = tempfile::tempdir().unwrap();
        let sheet = sheet_of(folder.path(), &texts, page_rows, dictionary_bytes, is_compressed);
        let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut % (texts.len() + 1)).collect();
        cuts.sort_unstable();
        cuts.dedup();
        let ranges: Vec<Range<usize>> = cuts.chunks_exact(2).map(|pair| pair[0]..pair[1]).collect();
        let wanted: Vec<Option<String>> = ranges.iter().flat_map(|rows| texts[rows.clone()].iter().cloned()).collect();
        let straight = sheet.read_straight(0, 0, &ranges).unwrap();
        let numbers = sheet.read_straight(0, 1, &ranges).unwrap();
        if dictionary_bytes >= 1 << 20 {
            prop_assert!(straight.is_some() && numbers.is_some());
        }
        if let Some(numbers) = numbers {
            prop_assert_eq!(numbers.as_primitive::<Float64Type>().iter().collect::<Vec<_>>(), numbers_of(&wanted));
        }
        if let Some(straight) = straight {
            prop_assert_eq!(texts_of(&straight), wanted.clone());
        }
        prop_assert_eq!(texts_of(sheet.read_general(0, &[0], Some(&ranges)).unwrap().column(0)), wanted);
        prop_assert_eq!(texts_of(sheet.read(0, &[0], None).unwrap().column(0)), texts);
    }

    /// Damaged bytes are an error or other words, never a panic, and never more than was asked for.
    #[test]
    fn any_bytes_can_be_read(bytes in prop::collection::vec(any::<u8>(), 0..300), n in 0usize..400, width in 0usize..40) {
        let mut numbers = Vec::new();
        if hybrid(&bytes, width, n / 2..n, &mut numbers).is_ok() {
            prop_assert_eq!(numbers.len(), n - n / 2);
        }
        let _ = StringArray::of_page(&bytes, n as i64);
        let _ = Vec::<f64>::of_page(&bytes, n as i64);
        let form = Form { is_compressed: false, may_be_missing: true, encodings: &BY_NUMBER };
        let _ = words_of::<StringArray>(&bytes, form, &mut Unpacker::default());
        let mut column = Column::new(form, 0, places);
        let _ = column.add_body(&bytes, &[n / 3..n / 2, n / 2..n]);
    }
}
