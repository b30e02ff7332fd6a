//! Staff: the directory of names. Who may do what is in the fold, not here.

use std::sync::Arc;

use doorward_core::wire::StaffNames;

use super::{Answer, App, Caller};
use crate::store::staff;

impl App {
    /// Everybody's handle and name, for whoever is signed in.
    pub async fn staff_names(self: &Arc<Self>, _caller: Caller) -> Answer<StaffNames> {
        Ok(StaffNames { staff: self.read(staff::all).await? })
    }
}
