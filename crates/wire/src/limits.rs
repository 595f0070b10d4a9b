/// What a request and a record may be at most. See the table in the documentation of the crate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a body as received, compressed or not.
    pub compressed_bytes: usize,
    /// Bytes of a body once decompressed. Decompression stops there.
    pub decompressed_bytes: usize,
    /// Records of one native request.
    pub native_records: usize,
    /// Records of one request of a Mixpanel protocol.
    pub mixpanel_records: usize,
    /// Projects that the records of one request may name.
    pub projects: usize,
    /// Bytes of JSON of one record.
    pub record_bytes: usize,
    /// Levels of objects and lists in one record, its own braces included. Must stay below serde_json's own 128.
    pub depth: u32,
    /// Values in one record, at every level. Bounds the memory that a record takes once parsed.
    pub values: u32,
    /// Properties of one event or one profile change.
    pub properties: usize,
    /// Bytes of one text value; what is longer is cut and the event says so.
    pub text_bytes: usize,
    /// Bytes of an id of a person, device, group, session or event.
    pub id_bytes: usize,
    /// Keys of one group type on one event.
    pub group_keys: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            compressed_bytes: 10 << 20,
            decompressed_bytes: 20 << 20,
            native_records: 20_000,
            mixpanel_records: 2_000,
            projects: 20,
            record_bytes: 1 << 20,
            depth: 64,
            values: 20_000,
            properties: 2_000,
            text_bytes: 8 << 10,
            id_bytes: 255,
            group_keys: 255,
        }
    }
}
