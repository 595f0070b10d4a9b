//! Numbers out of pages that hold the first byte of each, then the second of each, and so on. Of numbers that hardly repeat most bytes are alike, so they
//! are smaller this way than in a dictionary, and quicker to unpack.

use super::{
    Lent,
    column::{Column, Form},
    pages::{Malformed, each_page},
};
use arrow_array::{Array, ArrayRef, Float64Array, RecordBatch, cast::AsArray, types::Float64Type};
use arrow_buffer::{NullBuffer, ScalarBuffer};
use arrow_schema::DataType;
use parquet::{
    basic::Encoding,
    file::{page_index::offset_index::PageLocation, properties::WriterPropertiesBuilder},
    schema::types::ColumnPath,
};
use std::{collections::HashSet, ops::Range, sync::Arc};

pub(super) const SPLIT: [i64; 1] = [9];
/// So many tell whether numbers repeat.
const LOOKED_AT: usize = 10_000;
const FEWEST: usize = 64;

/// Columns whose numbers hardly repeat are written so, by what the first rows tell.
pub(super) fn write_so(mut properties: WriterPropertiesBuilder, rows: &RecordBatch) -> WriterPropertiesBuilder {
    for (field, column) in rows.schema_ref().fields().iter().zip(rows.columns()) {
        if *field.data_type() == DataType::Float64 && hardly_repeats(column.as_primitive::<Float64Type>()) {
            let path = ColumnPath::new(vec![field.name().clone()]);
            properties = properties.set_column_dictionary_enabled(path.clone(), false).set_column_encoding(path, Encoding::BYTE_STREAM_SPLIT);
        }
    }
    properties
}

fn hardly_repeats(numbers: &Float64Array) -> bool {
    if numbers.len() - numbers.null_count() < FEWEST {
        return false;
    }
    let (mut n, mut different) = (0, HashSet::new());
    for number in numbers.iter().flatten().take(LOOKED_AT) {
        n += 1;
        different.insert(number.to_bits());
    }
    different.len() * 4 > n
}

/// The wanted rows of a column chunk; `read` fills in bytes of the file.
pub(super) fn read_rows<E>(
    pages: &[PageLocation],
    n_rows: usize,
    wanted: &[Range<usize>],
    form: Form,
    Lent { room, unpacker }: &mut Lent,
    read: impl FnMut(u64, &mut [u8]) -> Result<(), E>,
) -> Result<Option<Result<ArrayRef, Malformed>>, E> {
    let mut column = Column::new(form, wanted.iter().map(ExactSizeIterator::len).sum(), joined);
    let outcome = each_page(pages, n_rows, wanted, room, read, |page, n_rows, rows| column.add(page, n_rows, rows, unpacker))?;
    let array = |column: Column<f64>| -> Result<ArrayRef, Malformed> {
        Ok(Arc::new(Float64Array::try_new(ScalarBuffer::from(column.rows), column.is_set.map(NullBuffer::from)).map_err(|_| Malformed)?))
    };
    Ok(outcome.map(|outcome| outcome.and_then(|()| array(column))))
}

/// Some of the numbers.
pub(super) fn joined(bytes: &[u8], wanted: Range<usize>, into: &mut Vec<f64>) -> Result<(), Malformed> {
    let n = bytes.len() / 8;
    if !bytes.len().is_multiple_of(8) || wanted.end > n {
        return Err(Malformed);
    }
    let [a, b, c, d, e, f, g, h] = std::array::from_fn(|byte| &bytes[byte * n..][wanted.clone()]);
    let low = a.iter().zip(b).zip(c).zip(d);
    let high = e.iter().zip(f).zip(g).zip(h);
    into.extend(low.zip(high).map(|((((a, b), c), d), (((e, f), g), h))| f64::from_le_bytes([*a, *b, *c, *d, *e, *f, *g, *h])));
    Ok(())
}

#[cfg(test)]
mod tests;
