@export()
@description('The sizes of a new server, each with its connections for users: max_connections minus the 15 that Azure reserves.')
var postgresSizes = {
  Standard_B1ms: { tier: 'Burstable', connections: 35 }
  Standard_B2s: { tier: 'Burstable', connections: 414 }
  Standard_B2ms: { tier: 'Burstable', connections: 844 }
  Standard_D2ds_v5: { tier: 'GeneralPurpose', connections: 844 }
  Standard_D4ds_v5: { tier: 'GeneralPurpose', connections: 1703 }
  Standard_D8ds_v5: { tier: 'GeneralPurpose', connections: 3422 }
  Standard_D16ds_v5: { tier: 'GeneralPurpose', connections: 4985 }
  Standard_E2ds_v5: { tier: 'MemoryOptimized', connections: 1703 }
  Standard_E4ds_v5: { tier: 'MemoryOptimized', connections: 3422 }
  Standard_E8ds_v5: { tier: 'MemoryOptimized', connections: 4985 }
}
