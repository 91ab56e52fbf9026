//! Messages of COPY data.

use bytes::{BufMut, Bytes, BytesMut};

use super::frames::{HEAD, head};

/// The kind of CopyData, the same in both directions.
pub(super) const COPY_DATA: u8 = b'd';

/// One CopyData message, whole: what one server has sent can be sent to another as it is.
///
/// Its ends need not be ends of rows: servers take the data of all messages for one stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopyData(Bytes);

impl CopyData {
    /// Of `payload`, less than the 1 GB that a server takes in a message.
    pub fn new(payload: &[u8]) -> Self {
        let mut message = BytesMut::with_capacity(HEAD + payload.len());
        message.put_slice(&head(COPY_DATA, payload.len()));
        message.put_slice(payload);
        Self(message.freeze())
    }

    /// Of a message whose first [`HEAD`] bytes are room for its head.
    pub(super) fn complete(mut message: BytesMut) -> Self {
        let head = head(COPY_DATA, message.len() - HEAD);
        message[..HEAD].copy_from_slice(&head);
        Self(message.freeze())
    }

    pub fn payload(&self) -> &[u8] {
        &self.0[HEAD..]
    }

    pub(super) fn into_message(self) -> Bytes {
        self.0
    }
}
