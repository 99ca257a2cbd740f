package engine

// canMigrate tells whether a resource can move to where it was assigned
// without being stopped.
func (c *cluster) canMigrate(r *Resource, current *Node) bool {
	return r.Migratable() && r.Managed() && !r.Failed() && !r.is(flagStartPending) &&
		current != nil && !current.Unclean && r.Assigned != nil && !r.Assigned.Unclean
}

// migrationActions puts a live migration in the place of a stop and a start.
func (c *cluster) migrationActions(r *Resource, current *Node) {
	target := r.Assigned
	start := c.startAction(r, target, true)
	stop := c.stopAction(r, current, true)
	start.set(actMigratable | actPseudo)
	stop.set(actMigratable)
	from := opKey{"migrate_from", 0}
	if r.PartialTarget == nil {
		to := opKey{"migrate_to", 0}
		moveOut := c.action(r, to, "migrate_to", current, true)
		moveOut.set(actMigratable)
		moveOut.needs = start.needs
		moveIn := c.action(r, from, "migrate_from", target, true)
		moveIn.set(actMigratable)
		c.order(op(r, "monitor"), op(r, "migrate_to"), ordered)
		c.order(op(r, "migrate_to"), op(r, "migrate_from"), ordered|unmigratableThenBlocks)
		c.describeMigration(moveOut, current, target)
		if !r.isConnection() {
			moveOut.setMeta("record-pending", "true")
		}
		c.describeMigration(moveIn, current, target)
	} else {
		moveIn := c.action(r, from, "migrate_from", target, true)
		moveIn.set(actMigratable)
		moveIn.needs = start.needs
		c.order(op(r, "monitor"), op(r, "migrate_from"), ordered)
		c.describeMigration(moveIn, current, target)
	}
	c.order(op(r, "migrate_from"), op(r, "stop"), ordered|unmigratableThenBlocks)
	c.order(op(r, "migrate_from"), op(r, "start"), ordered|unmigratableThenBlocks|firstElseThen)
}

func (c *cluster) describeMigration(a *action, source, target *Node) {
	a.setMeta("migrate_source", source.Name)
	a.setMeta("migrate_target", target.Name)
}
