//! Messages as the protocols' pages say, written again.

use consilium_mailbox::{Content, Frame, Message};

pub(crate) type Digest = [u8; 32];

/// Messages with their labels and fields, in the order of a figure.
macro_rules! steps {
    ($($name:ident $step:literal { $($field:ident: $type:ty),* $(,)? })*) => {
        $(
            #[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
            pub(crate) struct $name {
                $(pub(crate) $field: $type),*
            }

            impl consilium_mailbox::Message for $name {
                const STEP: &'static str = $step;
            }
        )*

        /// Every label.
        pub(crate) const STEPS: &[&str] = &[$($step),*];

        /// Every field.
        pub(crate) const FIELDS: &[&str] = &[$($(stringify!($field)),*),*];
    };
}

pub(crate) use steps;

/// Reads the frame's message, if it is one of this step.
pub(crate) fn read<M: Message>(frame: &Frame) -> Option<M> {
    let Content::Body(body) = &frame.content else {
        return None;
    };
    (*frame.step == *M::STEP).then(|| postcard::from_bytes(body).unwrap())
}

/// Changes the frame's message, if it is one of this step.
pub(crate) fn change<M: Message>(frame: &mut Frame, change: impl Fn(&mut M)) {
    if let Some(mut message) = read::<M>(frame) {
        change(&mut message);
        frame.content = Content::Body(postcard::to_stdvec(&message).unwrap().into());
    }
}
