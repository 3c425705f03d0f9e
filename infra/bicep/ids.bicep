@export()
@description('The subscription in a resource id; the second argument if the id is empty.')
func subscriptionOf(id string, otherwise string) string => empty(id) ? otherwise : split(id, '/')[2]

@export()
@description('The resource group in a resource id; the second argument if the id is empty.')
func groupOf(id string, otherwise string) string => empty(id) ? otherwise : split(id, '/')[4]

@export()
@description('The name in the id of a resource without a parent; the second argument if the id is empty.')
func nameOf(id string, otherwise string) string => empty(id) ? otherwise : split(id, '/')[8]

@export()
@description('The id of the virtual network that a subnet belongs to.')
func vnetOf(subnetId string) string => join(take(split(subnetId, '/'), 9), '/')
