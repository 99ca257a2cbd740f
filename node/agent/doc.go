// Package agent runs resource agents: OCF, LSB, systemd, heartbeat resource.d
// scripts, and the built-in ocf:crm agents.
package agent
