-- Health of every kind of image-operator: they all report the standard conditions (kstatus).
local health = { status = "Progressing", message = "Waiting for the operator" }

if obj.status == nil or obj.status.conditions == nil then
  return health
end

local conditions = {}
for _, condition in ipairs(obj.status.conditions) do
  conditions[condition.type] = condition
end

local ready = conditions["Ready"]
if ready ~= nil then
  health.message = ready.reason .. ": " .. ready.message
end

-- Deletion of what is remote takes its time, and may wait for a person: the message says so.
if obj.metadata.deletionTimestamp ~= nil then
  return health
end

-- What the conditions say is about an older spec.
if obj.status.observedGeneration ~= obj.metadata.generation then
  health.message = "Waiting for the operator to see the change"
  return health
end

local stalled = conditions["Stalled"]
if stalled ~= nil and stalled.status == "True" then
  health.status = "Degraded"
  return health
end

local reconciling = conditions["Reconciling"]
if reconciling ~= nil and reconciling.status == "True" then
  return health
end

if ready ~= nil and ready.status == "True" then
  health.status = "Healthy"
elseif ready ~= nil and ready.reason == "Suspended" then
  health.status = "Suspended"
end

return health
