package cib

// schemaText are the rules (schema.go says how they read), from Pacemaker
// Explained and from what Pacemaker 2.1's crm_verify takes and refuses.
const schemaText = `
type bool true|false|1|0
type role Stopped|Started|Master|Slave|Promoted@3.7|Unpromoted@3.7
type action start|promote|demote|stop
type nodes member|remote@1.3|ping|normal@-2.10
type class lsb|heartbeat|stonith|systemd|upstart|service|nagios
type onfail ignore|block|demote|stop|restart|standby|fence|restart-container
type discovery always|never|exclusive
type kind Optional|Mandatory|Serialize
type needs nothing|quorum|fencing|unfencing
type expr string|integer@3.5|number|version
type sources literal|param|meta
type policy fence|stop|freeze|demote

cib
  validate-with admin_epoch!natural epoch!natural num_updates!natural crm_feature_set have-quorum:bool dc-uuid
  cib-last-written update-origin update-client update-user no-quorum-panic:bool execution-date
  remote-tls-port:natural remote-clear-port:natural
  { configuration } { status? }

status open

configuration
  { crm_config nodes resources constraints acls@1.2? fencing-topology@1.2? op_defaults? rsc_defaults? tags@1.3? alerts@2.5? }

crm_config
  { cluster_property_set* }
cluster_property_set
  id!id score:score { rule? nvpair* }
| id-ref!ref

nodes
  { node* }
node
  id! uname! type:nodes description score:score { instance_attributes* utilization* }

resources
  { template@1.2* primitive* group* clone* master* bundle@2.6* }
template
  id!id class!ocf provider! type! description { meta_attributes* instance_attributes* utilization* operations? }
| id!id class!class type! description { meta_attributes* instance_attributes* utilization* operations? }
primitive
  id!id description class!ocf provider! type! { meta_attributes* instance_attributes* utilization* operations? }
| id!id description class!class type! { meta_attributes* instance_attributes* utilization* operations? }
| id!id description template!ref { meta_attributes* instance_attributes* utilization* operations? }
group
  id!id description { meta_attributes* instance_attributes* primitive+ }
clone
  id!id description { meta_attributes* instance_attributes* primitive/group }
master
  id!id description { meta_attributes* instance_attributes* primitive/group }
bundle
  id!id description { meta_attributes* instance_attributes* docker/podman@3.2/rkt network? storage? primitive? }
docker
  image! replicas:number replicas-per-host:number masters:number network run-command options
| @3.0 image! replicas:number replicas-per-host:number promoted-max:number network run-command options
podman
  image! replicas:number replicas-per-host:number masters:number network run-command options
| @3.0 image! replicas:number replicas-per-host:number promoted-max:number network run-command options
rkt
  image! replicas:number replicas-per-host:number masters:number network run-command options
| @3.0 image! replicas:number replicas-per-host:number promoted-max:number network run-command options
network
  ip-range-start control-port:number host-interface host-netmask:number add-host:bool { port-mapping* }
port-mapping
  id!id port!number internal-port:number
| id!id range!range
storage
  { storage-mapping* }
storage-mapping
  id!id source-dir! target-dir! options
| id!id source-dir-root! target-dir! options
operations
  id:id id-ref:ref { op* }
op
  id!id name! interval! description timeout start-delay role:role enabled:bool record-pending:bool on-fail:onfail
  requires:needs@-2.10
  { meta_attributes* instance_attributes* }
| id!id name! interval! description timeout interval-origin role:role enabled:bool record-pending:bool on-fail:onfail
  requires:needs@-2.10
  { meta_attributes* instance_attributes* }

instance_attributes
  id!id score:score { rule? nvpair* }
| id-ref!ref
meta_attributes
  id!id score:score { rule? nvpair* }
| id-ref!ref
utilization
  id!id score:score { rule? nvpair* }
| id-ref!ref
nvpair
  id!id name! value
| id-ref!ref name

rule
  id!id score!score@-3.8 score:score@3.9 boolean-op:and|or role { expression/date_expression/rule/rsc_expression@3.4/op_expression@3.4+ }
| id!id score-attribute! boolean-op:and|or role { expression/date_expression/rule/rsc_expression@3.4/op_expression@3.4+ }
| id-ref!ref
expression
  id!id attribute! operation!lt|gt|lte|gte|eq|ne|defined|not_defined value type:expr
  value-source:sources@2.0
date_expression
  id!id operation!in_range start! end { duration? }
| id!id operation!in_range start end! { duration? }
| id!id operation!gt start!
| id!id operation!lt end!
| id!id operation!date_spec { date_spec }
duration
  id!id years months weeks days@3.9 hours minutes@3.9 seconds@3.9 monthdays weekdays yearsdays weekyears moon
date_spec
  id!id years months weeks hours minutes@3.9 seconds@3.9 monthdays weekdays yearsdays yeardays@3.9 weekyears moon
rsc_expression
  id!id class provider type
op_expression
  id!id name! interval

constraints
  { rsc_location* rsc_colocation* rsc_order* rsc_ticket@1.2* }
rsc_location
  id!id rsc!ref role:role resource-discovery:discovery@1.3 node! score!score { lifetime? }
| id!id rsc!ref role:role resource-discovery:discovery@1.3 { lifetime? rule+ }
| @2.0 id!id rsc-pattern! role:role resource-discovery:discovery@1.3 node! score!score { lifetime? }
| @2.0 id!id rsc-pattern! role:role resource-discovery:discovery@1.3 { lifetime? rule+ }
| id!id resource-discovery:discovery@1.3 node! score!score { lifetime? resource_set+ }
| id!id resource-discovery:discovery@1.3 { lifetime? resource_set+ rule+ }
rsc_colocation
  id!id rsc!ref with-rsc!ref rsc-role:role with-rsc-role:role node-attribute score:score influence@3.6 { lifetime? }
| @-2.10 id!id rsc!ref with-rsc!ref rsc-role:role with-rsc-role:role node-attribute score-attribute! { lifetime? }
| @-2.10 id!id rsc!ref with-rsc!ref rsc-role:role with-rsc-role:role node-attribute score-attribute-mangle! { lifetime? }
| id!id score:score influence@3.6 { lifetime? resource_set+ }
rsc_order
  id!id first!ref then!ref first-action:action then-action:action symmetrical:bool require-all:bool score:score { lifetime? }
| id!id first!ref then!ref first-action:action then-action:action symmetrical:bool require-all:bool kind:kind { lifetime? }
| id!id symmetrical:bool require-all:bool score:score { lifetime? resource_set+ }
| id!id symmetrical:bool require-all:bool kind:kind { lifetime? resource_set+ }
rsc_ticket
  id!id rsc!ref rsc-role:role ticket! loss-policy:policy
| id!id ticket! loss-policy:policy { resource_set+ }
resource_set
  id!id sequential:bool require-all:bool ordering:group|listed action:action role:role score:score kind:kind { resource_ref+ }
| id-ref!ref
resource_ref
  id!ref
lifetime
  { rule+ }

fencing-topology
  { fencing-level* }
fencing-level
  id!id target! index!positive devices!names
| id!id target-pattern! index!positive devices!names
| id!id target-attribute! target-value! index!positive devices!names
rsc_defaults
  { meta_attributes* }
op_defaults
  { meta_attributes* }
acls
  { acl_role* acl_target@2.0* acl_group@2.0* acl_user@-1.3* }
acl_role
  id!id description { acl_permission@2.0* read@-1.3/write@-1.3/deny@-1.3* }
acl_user
  id! { role_ref* read/write/deny* }
role_ref
  id!ref
read
  id!id ref!ref attribute
| id!id tag! attribute
| id!id xpath! attribute
write
  id!id ref!ref attribute
| id!id tag! attribute
| id!id xpath! attribute
deny
  id!id ref!ref attribute
| id!id tag! attribute
| id!id xpath! attribute
acl_permission
  id!id kind!read|write|deny xpath! description
| id!id kind!read|write|deny reference!ref description
| id!id kind!read|write|deny object-type! attribute description
acl_target
  id! name { role* }
acl_group
  id!id name { role* }
role
  id!ref
tags
  { tag* }
tag
  id!id { obj_ref+ }
obj_ref
  id!ref@-3.2 id!@3.3
alerts
  { alert* }
alert
  id!id path! description { meta_attributes* instance_attributes* select? recipient* }
select
  { select_attributes? select_nodes? select_fencing? select_resources? }
select_nodes
select_fencing
select_resources
select_attributes
  { attribute* }
attribute
  id!id name!
recipient
  id!id value! description { meta_attributes* instance_attributes* }
`
