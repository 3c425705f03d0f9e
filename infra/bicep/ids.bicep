@export()
@description('The subscription of a resource id, or another one where there is no id.')
func subscriptionOf(id string, otherwise string) string => empty(id) ? otherwise : split(id, '/')[2]

@export()
@description('The resource group of a resource id, or another one where there is no id.')
func groupOf(id string, otherwise string) string => empty(id) ? otherwise : split(id, '/')[4]

@export()
@description('The name of a resource that has no parent, by its id, or another one where there is no id.')
func nameOf(id string, otherwise string) string => empty(id) ? otherwise : split(id, '/')[8]

@export()
@description('The id of the virtual network of a subnet.')
func vnetOf(subnetId string) string => join(take(split(subnetId, '/'), 9), '/')
